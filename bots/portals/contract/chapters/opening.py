"""A claim's screens: every field typed, nothing made up, nothing of another claim."""

from __future__ import annotations

from bots.claims import Case
from bots.portals.base import (
    ElementMissing,
    NotFound,
    PortalError,
    PortalFault,
    Unreadable,
    WrongRecord,
)
from bots.portals.contract import surgery
from bots.portals.contract import wire as faults
from bots.portals.contract.items import Broken, Level, NotTried, item
from bots.portals.contract.reading import shown, untyped
from bots.portals.contract.specimens import Shown
from bots.portals.contract.trial import Trial
from bots.portals.contract.writing import correcting

_PROBE = "kept by the contract"


@item("open-fields", Level.BRONZE, "Every field of the specimens is read as they say.")
async def fields(trial: Trial) -> None:
    """Each claim of the specimens."""
    for number, wanted in trial.specimens.claims.items():
        case = await trial.bench.read(number, wanted.queue)
        if case.claim.number != number:
            raise Broken("another claim was read than the one asked for")
        for name, value in wanted.fields.items():
            read = shown(case.claim, name)
            if read is None:
                raise Broken(f"{name}: the claim has no such field")
            if read != value:
                raise Broken(f"{name} is not read as the specimens say")


@item("open-typed", Level.BRONZE, "Every field is of the type that a claim has: no date as text.")
async def typed(trial: Trial) -> None:
    """Each claim of the specimens, with its documentation and the patient's day."""
    for number, wanted in trial.specimens.claims.items():
        case = await trial.bench.read(number, wanted.queue)
        wrong = untyped(case)
        if wrong is not None:
            raise Broken(f"{wrong} is of another type than it should be")


@item("open-whole", Level.BRONZE, "Documentation and the patient's other claims come along.")
async def whole(trial: Trial) -> None:
    """Where the specimens say what they are."""
    told = False
    for number, wanted in trial.specimens.claims.items():
        if wanted.documentation is None and wanted.others_of_the_day is None:
            continue
        told = True
        case = await trial.bench.read(number, wanted.queue)
        if wanted.documentation is not None:
            encounter = case.documentation.encounter if case.documentation else ""
            if encounter != wanted.documentation:
                raise Broken("the documentation is not the one that the specimens name")
        if wanted.others_of_the_day is not None:
            others = {claim.number for claim in case.history or ()}
            if case.history is None or others != set(wanted.others_of_the_day):
                raise Broken("the patient's other claims are not those of the specimens")
    if not told:
        raise NotTried("the specimens say neither `documentation` nor `others_of_the_day`")


@item("open-not-there", Level.BRONZE, "A number that no claim has is told as not found.")
async def not_there(trial: Trial) -> None:
    """The number of the specimens that no claim has."""
    try:
        await trial.bench.open(trial.specimens.not_there)
    except NotFound:
        return
    raise Broken("a claim was read under a number that no claim has")


@item(
    "open-field-missing",
    Level.BRONZE,
    "A missing field is an error that names it, and never an empty value.",
    essential=True,
)
async def field_missing(trial: Trial) -> None:
    """Each element of `must_be_there`, taken off the screen one at a time."""
    for name in trial.specimens.must_be_there:
        table, _, column = name.partition(".")
        script = surgery.script("remove", _element(trial, name))
        if column:
            selectors = trial.bench.session.selectors
            head = surgery.heading(selectors, "claim", table, column)
            script = surgery.script("remove_column", _element(trial, table), column=head)
        try:
            await _open_altered(trial, script)
        except ElementMissing as missing:
            if table not in str(missing):
                raise Broken(f"without {name} the error does not name it") from None
        else:
            raise Broken(f"it was read without {name}")


@item(
    "open-unknown-field-kept",
    Level.BRONZE,
    "A field that the module does not know is kept with its label.",
)
async def unknown_field_kept(trial: Trial) -> None:
    """A field with a label of its own, put beside the others."""
    first = _element(trial, trial.specimens.must_be_there[0])
    case = await _open_altered(trial, surgery.script("add_field", first, text=_PROBE))
    if _PROBE not in {value for _, value in case.claim.unknown_fields}:
        raise Broken("the unknown field is not among `unknown_fields`")


@item(
    "open-other-claim",
    Level.GOLD,
    "Another claim's screen is never read as the one asked for.",
    essential=True,
)
async def other_claim(trial: Trial) -> None:
    """The portal shows the second of the specimens where the first was asked for."""
    numbers = [*trial.specimens.claims]
    if len(numbers) < 2:
        raise NotTried("the specimens name one claim only")
    wrong = faults.of_another(numbers[0], numbers[1])
    on = trial.specimens.requests.claim.of(numbers[0])
    async with trial.wire.playing(wrong, on):
        try:
            await trial.bench.open(numbers[0], _first(trial)[1].queue)
        except (WrongRecord, PortalFault):
            return
    raise Broken("another claim was read as the one asked for")


@item("open-field-twice", Level.GOLD, "A field that stands there twice is not read at random.")
async def field_twice(trial: Trial) -> None:
    """The first element of `must_be_there`, doubled."""
    name = trial.specimens.must_be_there[0]
    await _not_read(trial, surgery.script("double", _element(trial, name)), f"with {name} twice")


@item("open-cut-short", Level.GOLD, "A value that is cut by an ellipsis is not read.")
async def cut_short(trial: Trial) -> None:
    """The first element of `must_be_there` shows a cut text."""
    name = trial.specimens.must_be_there[0]
    script = surgery.script("text", _element(trial, name), text="1EG4…")
    await _not_read(trial, script, f"with {name} cut short")


@item(
    "open-other-language",
    Level.GOLD,
    "A screen in another language is not read: 03/04 would be another day.",
)
async def other_language(trial: Trial) -> None:
    """The claim's screen says that it is in German."""
    script = surgery.script("language", surgery.ANYWHERE, text="de-DE")
    await _not_read(trial, script, "in another language")


@item("open-not-kept", Level.SILVER, "A claim is read afresh each time, never kept.", writes=True)
async def not_kept(trial: Trial) -> None:
    """Somebody changes the claim between two looks."""
    async with correcting(trial) as work:
        await work.somebody_else()
        change = work.wanted.somebody_else.change()
        again = await trial.bench.read(work.wanted.claim)
        name = change.field if change.line is None else f"line {change.line} {change.field}"
        if shown(again.claim, name) != change.to:
            raise Broken("the second look showed what the first one did")


def _first(trial: Trial) -> tuple[str, Shown]:
    return next(iter(trial.specimens.claims.items()))


def _element(trial: Trial, name: str) -> surgery.Where:
    table, _, _ = name.partition(".")
    return surgery.element(trial.bench.session.selectors, "claim", table)


async def _open_altered(trial: Trial, script: str) -> Case:
    """The first claim of the specimens, with its screen altered."""
    number, wanted = _first(trial)
    async with trial.wire.altering(script, trial.specimens.requests.claim.of(number)):
        return await trial.bench.open(number, wanted.queue)


async def _not_read(trial: Trial, script: str, how: str) -> None:
    try:
        await _open_altered(trial, script)
    except (Unreadable, ElementMissing):
        return
    except PortalError as error:
        raise Broken(f"{how} it is told as {error.code}") from None
    raise Broken(f"it was read {how}")
