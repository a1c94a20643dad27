"""What a selector file would have to say, given what the page shows now: pure, from an outline.

A repair is a sentence and the places in the file that it would change. It is proposed, never
applied: a person reads it. Where two facts of the page contradict each other (a label says one
field, the name that is sent another) nothing is proposed at all, and the sentence says so.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from bots.portals.edits import Edit, Path
from bots.portals.locators import Form, Locator, Screen
from bots.portals.outline import Outline, Thing

# A numbered element is looked at by one of its kind: the first line, the second diagnosis (which
# has one on either side).
NUMBERS: Mapping[str, int] = {"line": 1, "n": 2}
# What may be found by its place alone. Never a button or a link: pressing the wrong one acts.
_BY_PLACE = ("definition", "textbox", "combobox")
_ALIKE = 0.6  # of two names of one field, at least: "Member ID" and "Member no." are 0.63


@dataclass(frozen=True, slots=True)
class Repair:
    """What is proposed for one element of a screen, in one sentence. No edits: nothing is.

    `at` is the element's place on the page that this was found on.
    """

    screen: str
    element: str
    sentence: str
    edits: tuple[Edit, ...] = ()
    at: int = -1


def concrete(screen: Screen) -> Screen:
    """The screen with its numbered elements filled in; those of a claim's number are left out."""
    elements = {}
    for name, ranked in screen.elements.items():
        try:
            elements[name] = tuple(locator.filled(**NUMBERS) for locator in ranked)
        except KeyError:
            continue
    return Screen(elements=elements, tables=screen.tables)


def repairs(
    name: str, screen: Screen, outline: Outline, expected: Sequence[str] = ()
) -> list[Repair]:
    """What is stale of a screen's locators, headings and recorded forms, and what would do.

    Args:
        name: the screen's.
        screen: as the file has it.
        outline: of `concrete(screen)`.
        expected: elements that ought to be there; others may be absent without meaning anything.
    """
    found = list(_Drift(name, screen, outline, frozenset(expected)).repairs())
    return [_undecided(repair) if _is_shared(repair, found) else repair for repair in found]


def _is_shared(repair: Repair, found: Sequence[Repair]) -> bool:
    """Whether the one place would be given to two elements: then it is neither's."""
    if repair.at < 0 or not repair.edits:
        return False
    return any(o.edits and o.at == repair.at and o.element != repair.element for o in found)


def _undecided(repair: Repair) -> Repair:
    words = "what may be it may be another of our elements as well: look at the screen"
    return Repair(repair.screen, repair.element, words)


class _Drift:
    def __init__(
        self, name: str, screen: Screen, outline: Outline, expected: frozenset[str]
    ) -> None:
        self.name, self.screen, self.outline, self.expected = name, screen, outline, expected
        self.ranked: dict[str, tuple[Locator, ...]] = dict(concrete(screen).elements)
        self.ranked |= {table: plan.locate for table, plan in screen.tables.items()}
        # Who stands where already, by its own locators: nobody else is looked for there.
        self.taken = {at for ranks in outline.found.values() for hits in ranks for at in hits}

    def repairs(self) -> Iterator[Repair]:
        for element in self.ranked:
            repair = self._of_element(element)
            if repair is not None:
                yield repair
        for table in self.screen.tables:
            yield from self._of_columns(table)
        yield from self._of_forms()

    # The ranked locators of an element or a table.

    def _of_element(self, element: str) -> Repair | None:
        ranks = self.outline.found.get(element, ())
        answering = [rank for rank, hits in enumerate(ranks) if hits]
        if not answering:
            return self._by_place(element) if element in self.expected else None
        at = self._agreed(ranks)
        if at is None:
            words = "its locators mean different elements: look at the screen"
            if all(len(hits) != 1 for hits in ranks if hits):
                words = "more than one element is like it: look at the screen"
            return Repair(self.name, element, words)
        thing = self.outline.things.get(at)
        if thing is None or (answering[0] == 0 and len(ranks[0]) == 1):
            return None
        if self._sends_another(element, thing):
            words = (
                "its label and the name that it sends mean different fields: look at the screen"
            )
            return Repair(self.name, element, words)
        if self._is_contested(element, at):
            words = "another element's locators contradict each other about it: look at the screen"
            return Repair(self.name, element, words)
        rank = next(rank for rank in answering if ranks[rank] == (at,))
        how = f"found by {self.ranked[element][rank].words()}"
        return self._replaced(element, thing, how)

    def _agreed(self, ranks: Sequence[tuple[int, ...]]) -> int | None:
        """The one element that some locator matches alone, and all that answer match too."""
        alone = {hits[0] for hits in ranks if len(hits) == 1}
        if len(alone) != 1:
            return None
        (at,) = alone
        return at if all(at in hits for hits in ranks if hits) else None

    def _is_contested(self, element: str, at: int) -> bool:
        """Whether an element whose locators are not of one mind is found at this place, too."""
        return any(
            other != element and self._agreed(ranks) is None and any(at in hits for hits in ranks)
            for other, ranks in self.outline.found.items()
        )

    def _replaced(self, element: str, thing: Thing, how: str) -> Repair | None:
        """A new ranking by what the page shows of the element now."""
        locators = self.ranked[element]
        kept = [
            locator
            for locator, hits in zip(locators, self.outline.found[element], strict=True)
            if hits == (thing.at,)
        ]
        first = self._first(element, thing, locators[0])
        new = list(dict.fromkeys([*([first] if first else []), *kept, *self._stable(thing)]))
        if not new:
            return None
        is_named = new[0].kind in ("role", "label")
        if not is_named and element in self._written():
            words = f"{how}, but no name on the page is its own: nothing is written through it"
            return Repair(self.name, element, words)
        words = f"{how}; {locators[0].words()} finds nothing that is its own any more"
        words += f", {new[0].words()} does" if first else f", so {new[0].words()} comes first"
        old = self._as_in_file(element)
        edits = [
            Edit((*self._path(element), rank), _written(self._general(element, locator)))
            for rank, locator in enumerate(new[: len(old)])
        ]
        edits += [Edit((*self._path(element), rank), None) for rank in range(len(new), len(old))]
        return Repair(self.name, element, words, tuple(edits), thing.at)

    def _first(self, element: str, thing: Thing, before: Locator) -> Locator | None:
        """By role and name, or by label, where nothing else on the page is called so."""
        if before.kind not in ("role", "label"):
            return None
        name = thing.name or thing.label
        owners = {locator.name or locator.label for other, ranked in self.ranked.items()
                  if other != element for locator in ranked[:1]}  # fmt: skip
        if not name or name in owners:
            return None
        if (
            before.kind == "role"
            and thing.role
            and self.outline.called(thing.role, name) == [thing]
        ):
            return Locator(role=thing.role, name=name)
        same = [t for t in self.outline.things.values() if t.shown and t.label == name]
        return Locator(label=name) if same == [thing] else None

    def _stable(self, thing: Thing) -> list[Locator]:
        """By test id and id, where they are the element's alone."""
        things = self.outline.things.values()
        found = []
        if thing.test_id and sum(t.test_id == thing.test_id for t in things) == 1:
            found.append(Locator(test_id=thing.test_id))
        if (
            re.fullmatch(r"[A-Za-z][\w-]*", thing.id)
            and sum(t.id == thing.id for t in things) == 1
        ):
            found.append(Locator(css=f"#{thing.id}"))
        return found

    def _by_place(self, element: str) -> Repair:
        """Nothing of it is left but where it stood: between two that are known."""
        locators = self.ranked[element]
        lost = Repair(self.name, element, f"nothing on the page is like {locators[0].words()}")
        if locators[0].role not in _BY_PLACE or not locators[0].name:
            return lost
        low, high = self._known_beside(element)
        free = [
            thing
            for at, thing in self.outline.things.items()
            if low < at < high and thing.shown and thing.role == locators[0].role and thing.name
            and at not in self.taken and thing.name not in self.screen.not_ours
        ]  # fmt: skip
        if len(free) > 1:
            likeness = sorted((_alike(thing.name, locators[0].name), thing.at) for thing in free)
            if likeness[-1][0] < _ALIKE or likeness[-1][0] - likeness[-2][0] < 0.1:
                return lost
            free = [self.outline.things[likeness[-1][1]]]
        if len(free) != 1 or self._sends_another(element, free[0]):
            return lost
        how = "found by its place alone, so make sure that it is this field"
        return self._replaced(element, free[0], how) or lost

    def _known_beside(self, element: str) -> tuple[int, int]:
        """The places of the elements of its kind before and after it, as the file orders them."""
        role = self.ranked[element][0].role
        order = [name for name, ranked in self.ranked.items() if ranked[0].role == role]
        at = order.index(element)
        low = next((p for name in reversed(order[:at]) if (p := self._place(name)) >= 0), -1)
        high = next((p for name in order[at + 1 :] if (p := self._place(name)) >= 0), 10**9)
        return low, high

    def _place(self, element: str) -> int:
        at = self._agreed(self.outline.found.get(element, ()))
        return -1 if at is None else at

    # A table's headings.

    def _of_columns(self, table: str) -> Iterator[Repair]:
        plan, seen = self.screen.tables[table], self.outline.tables.get(table)
        if seen is None:
            return
        known = set(plan.columns.values())
        columns = list(plan.columns)
        for column, heading in plan.columns.items():
            if heading in seen.heads:
                continue
            place, how = seen.own.get(column, -1), "its cells still name it"
            if place < 0:
                place, how = self._between(table, columns, column), "found by its place alone"
            words = f"no column is headed {heading!r}"
            head = seen.heads[place] if 0 <= place < len(seen.heads) else ""
            if not head or head in known or seen.heads.count(head) != 1:
                yield Repair(self.name, f"{table}.{column}", words)
                continue
            words = f"{how}: it is headed {head!r}, no longer {heading!r}"
            path = ("screens", self.name, "tables", table, "columns", column)
            yield Repair(self.name, f"{table}.{column}", words, (Edit(path, head),))

    def _between(self, table: str, columns: Sequence[str], column: str) -> int:
        """The one heading that nobody owns between those of the columns beside it."""
        plan, seen = self.screen.tables[table], self.outline.tables[table]
        heads, at = seen.heads, columns.index(column)
        known = [
            heads.index(plan.columns[each])
            if plan.columns[each] in heads
            else seen.own.get(each, -1)
            for each in columns
        ]
        low = next((p for p in reversed(known[:at]) if p >= 0), -1)
        high = next((p for p in known[at + 1 :] if p >= 0), len(heads))
        free = [p for p in range(low + 1, high) if p not in known]
        return free[0] if len(free) == 1 else -1

    # What was recorded of forms.

    def _of_forms(self) -> Iterator[Repair]:
        for form_name, form in self.screen.forms.items():
            is_whole = self._is_whole(form)
            for element, box in form.boxes.items():
                at = self._place(element)
                thing = self.outline.things.get(at)
                if thing is None or self._sends_another(element, thing):
                    continue
                sends = box.sends.format(**NUMBERS)
                if thing.sends != sends:
                    words = "it sends under another name than recorded: ask the portal's people"
                    yield Repair(self.name, element, words)
                    continue
                beside = self._beside(element, thing)
                if beside is None:
                    continue
                words = "other boxes stand beside it than recorded"
                if not is_whole:
                    words += ", and not each box of the form is there once: look at the screen"
                    yield Repair(self.name, element, words)
                    continue
                words += ": look whether it is the same"
                path = ("screens", self.name, "forms", form_name, "boxes", element, "between")
                yield Repair(self.name, element, words, (Edit(path, beside),), at)

    def _is_whole(self, form: Form) -> bool:
        """Whether each recorded box is there, sends as recorded and has a name, it alone: without
        one of them the form is not written through, whatever is recorded of its neighbours.
        """
        sent = Counter(thing.sends for thing in self._things())
        for element, box in form.boxes.items():
            thing = self.outline.things.get(self._place(element))
            sends = box.sends.format(**NUMBERS)
            if thing is None or thing.sends != sends or sent[sends] != 1:
                return False
            if self.outline.called(thing.role, thing.name) != [thing]:
                return False
        return True

    def _beside(self, element: str, thing: Thing) -> tuple[str, str] | None:
        """The labels that would be recorded beside it, or None where they are as recorded."""
        box = next(f.boxes[element] for f in self.screen.forms.values() if element in f.boxes)
        number = self._number(element)
        filled = dict(NUMBERS, before=number - 1, after=number + 1)
        recorded = tuple(label.format(**filled) for label in box.between)
        if thing.beside == recorded:
            return None
        new = [
            old if now == label else self._numbered(now, number)
            for old, now, label in zip(box.between, thing.beside, recorded, strict=True)
        ]
        return new[0], new[1]

    def _sends_another(self, element: str, thing: Thing) -> bool:
        """Whether its label is one field's and what it sends, by the record, another's."""
        for form in self.screen.forms.values():
            if element not in form.boxes:
                continue
            own = form.boxes[element].sends.format(**NUMBERS)
            all_sent = {box.sends.format(**NUMBERS) for box in form.boxes.values()}
            is_elsewhere = any(t.sends == own and t.at != thing.at for t in self._things())
            return thing.sends != own and (thing.sends in all_sent or is_elsewhere)
        return False

    def _things(self) -> Sequence[Thing]:
        return list(self.outline.things.values())

    def _written(self) -> set[str]:
        """The elements that are written through."""
        return {e for form in self.screen.forms.values() for e in (*form.boxes, *form.buttons)}

    # Numbered elements: from the one that was looked at back to all of its kind.

    def _number(self, element: str) -> int:
        ranked = self.screen.elements[element]
        whole = " ".join(f"{locator.words()}" for locator in ranked)
        return next((NUMBERS[key] for key in NUMBERS if f"{{{key}}}" in whole), 0)

    def _numbered(self, words: str, number: int) -> str:
        """A label with its number as a placeholder again."""
        if not number:
            return words
        key = next(key for key, value in NUMBERS.items() if value == number)
        for found, name in ((number, key), (number - 1, "before"), (number + 1, "after")):
            if found and len(re.findall(rf"\b{found}\b", words)) == 1:
                return re.sub(rf"\b{found}\b", f"{{{name}}}", words)
        return words

    def _general(self, element: str, locator: Locator) -> Locator:
        number = self._number(element) if element in self.screen.elements else 0
        if not number:
            return locator
        said = locator.model_dump(exclude_none=True)
        return Locator.model_validate(
            {key: self._numbered(text, number) for key, text in said.items() if text}
        )

    def _as_in_file(self, element: str) -> tuple[Locator, ...]:
        if element in self.screen.tables:
            return self.screen.tables[element].locate
        return self.screen.elements[element]

    def _path(self, element: str) -> Path:
        if element in self.screen.tables:
            return ("screens", self.name, "tables", element, "locate")
        return ("screens", self.name, "elements", element)


def _written(locator: Locator) -> dict[str, str]:
    """A locator as the file has it."""
    return {key: text for key, text in locator.model_dump(exclude_none=True).items() if text}


def _alike(one: str, other: str) -> float:
    return SequenceMatcher(None, one.lower(), other.lower()).ratio()
