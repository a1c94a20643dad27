"""GNU Health HIS, a hospital's system in which a health service is billed: its reader and editor.

Where things are stands in selectors/gnuhealth.yaml, what they mean in gnuhealth_screens.py, how
one gets about in its web client in gnuhealth_client.py. docs/gnuhealth.md tells the whole.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from bots.claims import Case, Claim, ClaimRef
from bots.portals.base import DeadlinePassed, NotFound, PortalFault, Query, Unreadable, WrongRecord
from bots.portals.gnuhealth_client import (
    State,
    all_rows,
    follow,
    leaf,
    load_list,
    open_first,
    turn_to_list,
)
from bots.portals.gnuhealth_screens import (
    Encounter,
    Person,
    insurance_of,
    to_claim,
    to_day,
    to_diagnoses,
    to_person,
    to_spans,
)
from bots.portals.looking import looking
from bots.portals.screen import Seen
from bots.portals.session_reader import SessionReader, first_and_last
from bots.portals.tab import Tab
from bots.portals.worklist import ListIncomplete

if TYPE_CHECKING:
    from bots.ledger import OpenIntent
    from bots.portals.base import Editor
    from bots.portals.registry import EditorOf, ReaderOf

SERVICE = "gnuhealth.health_service"
EVALUATION = "gnuhealth.patient.evaluation"
_CLAIM = ("claim_number", "patient", "day", "facility_name", "invoice_to", "plan", "status")
_QUEUES = {"pending": "draft", "historical": "invoiced"}
# More than this at once, and the list must be asked for by its days.
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Service:
    """A service with what belongs to it, as the screens showed them."""

    seen: Seen
    record: int
    person: Person
    encounter: Encounter

    @property
    def claim(self) -> Claim:
        """The claim that it is."""
        return to_claim(self.seen, self.person, self.encounter)


class GnuHealthReader(SessionReader):
    """Reads health services through a page of its own."""

    async def worklist(self, query: Query) -> AsyncIterator[ClaimRef]:
        """The services of a queue, newest first, each once.

        Raises:
            ListIncomplete: the list counts more than could be read.
        """
        if query.numbers:
            for number in dict.fromkeys(query.numbers):
                yield self.ref(number, query.queue, "")
            return
        numbers: dict[str, str] = await looking(self._session)(self._listed, query)
        for told, (number, status) in enumerate(numbers.items()):
            if query.limit is not None and told >= query.limit:
                return
            yield self.ref(number, query.queue, status)

    async def _listed(self, query: Query) -> dict[str, str]:
        """The numbers of a list, each with its state; nothing else of it is kept."""
        numbers: dict[str, str] = {}
        async with self._session.tab() as tab:
            listed = await load_list(tab, "the list", SERVICE, **asked(query))
            await all_rows(tab, "the list", listed)
            seen = await tab.look("list", required=("claims",))
            for row in seen.rows("claims"):
                numbers.setdefault(row["number"], row["status"])
        if len(numbers) != listed.total:
            raise ListIncomplete(f"the list shows {listed.total}, {len(numbers)} could be read")
        return numbers

    async def open(self, ref: ClaimRef, as_of: date) -> Case:
        """Read one service whole: its patient, insurance, evaluation, and the patient's day.

        Raises:
            NotFound, WrongRecord, Unreadable: the claim goes to a person.
            PortalFault: may be tried again.
        """
        tab = await self.own_tab()
        service = await read_service(tab, ref.number)
        insurance = insurance_of(service.seen, service.person)
        history = await _patients_day(tab, service)
        return Case(service.claim, as_of, history=history, eligibility=to_spans(insurance))

    async def canary(self) -> tuple[str, ...]:
        """Look at every named screen once; what is missing, in words."""
        async with self._session.tab() as tab:
            listed = await load_list(tab, "the list", SERVICE, search_value=[])
            if not listed.total:
                return ()
            seen = await tab.look("list", required=("claims",))
            number = next(seen.rows("claims"))["number"]
            try:
                _ = (await read_service(tab, number)).claim
            except Unreadable as error:
                return (str(error),) if "match" in str(error) else ()
            except PortalFault as error:
                if error.code != "ELEMENT_MISSING":
                    raise
                return (str(error),)
        return ()


def asked(query: Query) -> dict[str, object]:
    """What the list is searched by: what stands in its search box, and a limit.

    Raises:
        Unreadable: it cannot be asked by a charge, for a service has none.
    """
    if query.min_charge is not None:
        raise Unreadable("list: a service has no charge before it is invoiced")
    words: list[object] = [["state", "=", _QUEUES[query.queue]]]
    if query.since:
        words.append(["service_date", ">=", query.since])
    if query.until:
        words.append(["service_date", "<=", query.until])
    domain: list[object] = []
    if query.facility:
        domain.append(["institution.rec_name", "=", query.facility])
    if query.code:
        domain.append(["service_line.product.code", "=", query.code])
    return {"search_value": words, "domain": domain, "limit": _MOST}


async def read_service(tab: Tab, number: str) -> Service:
    """Open a service afresh and read it, with its patient and its evaluation.

    Raises:
        NotFound: no service has this number.
        WrongRecord: the screens show another.
    """
    seen, record = await open_service(tab, number)
    person = await _person(tab, seen["patient"])
    return Service(seen, record, person, await _encounter(tab, number, record))


async def open_service(tab: Tab, number: str) -> tuple[Seen, int]:
    """Load the page anew with a service's form, found by its number."""
    found = await load_list(tab, "the claim", SERVICE, search_value=_numbered(number))
    if not found.total:
        raise NotFound("the claim: the portal knows no such record")
    if found.total > 1:
        raise Unreadable("list: several services have this number")
    return await _form(tab, number)


def _numbered(number: str) -> list[object]:
    return [["name", "=", number]]


async def _form(tab: Tab, number: str) -> tuple[Seen, int]:
    """Open the one service of the list in front."""

    def drawn(now: State) -> bool:
        itself = now.fields.get("name") == number and now.record.startswith(f"{SERVICE}/")
        return itself and now.has_all_lines

    required = (*_CLAIM, "service_lines")
    try:
        form = await open_first(tab, "the claim", drawn)
    except DeadlinePassed:
        # It may be that something is not there at all: then the error names it.
        await tab.look("claim", required=required, claim=number)
        raise
    record = int(form.record.rpartition("/")[2])
    return await tab.look("claim", required=required, claim=number), record


async def _person(tab: Tab, named: str) -> Person:
    """The patient of the service in front, as the patient's own form shows them."""
    await follow(tab, "the patient", "patient", lambda now: bool(now.fields.get("puid")))
    main = await tab.look("patient", required=tuple(tab.selectors.screens["patient"].elements))
    await leaf(tab, "the patient's insurances", "Misc", lambda now: now.has_all_lines)
    return to_person(main, await tab.look("patient_misc", required=("insurances",)), named)


async def _encounter(tab: Tab, number: str, record: int) -> Encounter:
    """The evaluation of a service; an empty one where there is none."""
    what = "the evaluation"
    found = await turn_to_list(tab, what, EVALUATION, domain=[["service", "=", record]])
    if not found.total:
        return Encounter()
    if found.total > 1:
        raise Unreadable("evaluation: the service has more than one")
    await open_first(tab, what, lambda now: bool(now.fields.get("code")))
    main = await tab.look("evaluation", required=("main_condition", "rendering"))
    await leaf(tab, what, "Info Dx", lambda now: now.has_all_lines)
    info = await tab.look("evaluation_info", required=("other_conditions",))
    await leaf(tab, what, "Administrative", lambda now: "derived_from" in now.fields)
    office = await tab.look("evaluation_office", required=("service", "ordering"))
    if office["service"] != number:
        raise WrongRecord("evaluation: the screen shows that of another service")
    return Encounter(to_diagnoses(main, info), main["rendering"], office["ordering"])


async def _patients_day(tab: Tab, service: Service) -> tuple[Claim, ...] | None:
    """The patient's other services of the same days, drafts and invoiced ones.

    None where the service has no day, so that nobody can say which those are.
    """
    claim = service.claim
    days = first_and_last(claim, to_day(service.seen))
    if days is None:
        return None
    first, last = days
    domain = [
        ["patient.puid", "=", claim.patient.record_number],
        ["service_date", ">=", first],
        ["service_date", "<=", last],
    ]
    what = "the patient's day"
    found = await turn_to_list(tab, what, SERVICE, domain=domain)
    await all_rows(tab, what, found)
    seen = await tab.look("list", required=("claims",))
    numbers = [row["number"] for row in seen.rows("claims")]
    if len(numbers) != found.total:
        raise ListIncomplete(f"{what} has {found.total}, {len(numbers)} could be read")
    if claim.number not in numbers:
        raise WrongRecord("claim: the patient shown is not the one whose claim it is")
    others = []
    for number in numbers:
        if number != claim.number:
            await turn_to_list(tab, what, SERVICE, search_value=_numbered(number))
            form, record = await _form(tab, number)
            if form["patient"] != service.seen["patient"]:
                raise WrongRecord("claim: another patient's service is among those of the day")
            encounter = await _encounter(tab, number, record)
            others.append(Service(form, record, service.person, encounter).claim)
    return tuple(others)


def _editor(tab: Tab, intent: OpenIntent) -> Editor:
    from bots.portals.gnuhealth_editor import GnuHealthEditor

    return GnuHealthEditor(tab, intent)


READER: ReaderOf = GnuHealthReader
EDITOR: EditorOf = _editor
