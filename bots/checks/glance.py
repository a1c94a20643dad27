"""One look at a claim: what it shows, and with that the checks that are worth asking.

A claim that nothing is wrong with is the usual one, and asking five hundred checks about it
costs far more than reading it. So a claim is looked at once, in one pass over its parts. What
looks alike shows alike: what a line shows is remembered by all of it but its charge and its days,
what a table says of a code by the quarter of a year (`bots.checks.quarters`), and which checks go
with what is shown (`bots.checks.plans`). The checks decide; the glance only names those that
could have something to say.

Where a table changes within a quarter, the marks of all its answers count. A claim with a line
without a date shows everything: its checks look at other days.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from itertools import combinations, repeat

from bots.checks.concerns import OF_LINES, About, Concern, Of
from bots.checks.diagnosis_list import REPORTED
from bots.checks.forms import (
    is_sound_npi,
)
from bots.checks.marks import Mark
from bots.checks.modifier_ground import HOSPITAL as HOSPITALS
from bots.checks.needs import days_of, is_surely_no_supplier, ncci_side, parts_lacking
from bots.checks.plans import Plan, Plans, numbered, place_of
from bots.checks.quarters import (
    CodeFacts,
    Quarters,
    days_of_quarter,
    quarter_of,
)
from bots.checks.shown import (
    ELSEWHERE,
    EVERY_MARK,
    FIRST_CONCERN,
    FORM,
    GAP,
    HOSPITAL,
    INPATIENT_PLACES,
    INSTITUTIONAL,
    LATE,
    LINES,
    LONGEST_GLOBAL_PERIOD,
    MEMBER_ID,
    NDC,
    NEAR,
    NO_ORDERER,
    NO_TAXONOMY,
    NOT_SELF,
    NOTHING,
    OPERATED,
    OTHER_PAYER,
    OVER,
    PLACE,
    POINTERS,
    PRESENT_ON_ADMISSION,
    PROFESSIONAL,
    REMEMBERED,
    SAME_CODE,
    SELF_ORDERED,
    SERVICE_FACILITY,
    SUM,
    UNITS,
    UNSOUND_NPI,
    USUAL_PLACES,
    Identity,
    among_diagnoses,
    identity,
    of_case,
    of_days,
    of_ends,
    of_head,
    of_modifiers,
    of_pointers,
    of_record,
    shifted,
)
from bots.claims import Case, Claim, ClaimType, Diagnosis, Role, ServiceLine
from bots.codesets import CodeSets
from bots.codesets.rows import TABLES


class Glance:
    """Looks at claims with one set of tables; remembers what parts look like, never a patient."""

    def __init__(self, codesets: CodeSets) -> None:
        bits, several = numbered(FIRST_CONCERN)
        self._codesets = codesets
        self._concerns = ((1 << len(bits)) - 1) * FIRST_CONCERN
        self._of_several = ((1 << several) - 1) * FIRST_CONCERN
        self._places = tuple(
            place_of(of, len(bits), several) for of in (Of.TWO, Of.THE_FIRST, Of.NONE)
        )
        self._about_lines = sum(bit for c, bit in bits.items() if c.about in OF_LINES)
        self._about_diagnoses = self._concerns & ~self._about_lines
        self._quarters = Quarters(codesets, bits)
        self._plans = Plans(codesets, bits, several)
        self._asked = [
            (concern, bit) for concern, bit in bits.items() if concern.about in OF_LINES
        ]
        # By what a line shares with its claim: what lines show, by their shape.
        self._lines = lru_cache(REMEMBERED)(_no_lines_yet)
        self._remembered = 0
        self._codes = lru_cache(REMEMBERED)(self._see_codes)
        self._together = lru_cache(REMEMBERED)(self._see_together)
        self._providers = lru_cache(REMEMBERED)(self._see_providers)
        self._era = lru_cache(REMEMBERED)(self._see_era)
        self._eras: dict[tuple[str | None, ...], date] = {}

    def plan_for(self, case: Case) -> Plan:
        """The checks that may have something to say about the case."""
        shown, days, side = self._look(case)
        return self._plans.plan(shown, parts_lacking(case), side, self._era(days))

    def whole_plan_for(self, case: Case) -> Plan:
        """Every check of the claim's type that has what it needs, whatever the case shows."""
        shown, days, side = self._everything(case.claim), days_of(case), ncci_side(case)
        return self._plans.plan(shown, parts_lacking(case), side, self._era(days))

    def marks(self, case: Case) -> Mark:
        """All marks that the claim shows, and perhaps some more."""
        return Mark(self._look(case)[0] & EVERY_MARK)

    def _look(self, case: Case) -> tuple[int, tuple[date, ...], str | None]:
        """What is shown, the days on which tables are asked, and the claim's side of NCCI."""
        claim = case.claim
        lines = claim.lines
        dates = [line.service_date for line in lines if line.service_date is not None]
        if not dates or len(dates) < len(lines):
            return self._everything(claim), days_of(case), ncci_side(case)
        earliest, latest = min(dates), max(dates)
        first, last = claim.statement_from or earliest, claim.statement_through or latest
        shown = of_head(
            claim.type, claim.bill_type, claim.frequency_code, claim.clia, claim.accident,
            claim.accident_on, claim.admitted_on, claim.lines_edited,
        )  # fmt: skip
        shown |= of_case(case)
        ends = [line.service_date_end for line in lines]
        if any(ends):
            shown |= of_ends(case, ends)
            if claim.statement_through is None:
                last = max([end or day for end, day in zip(ends, dates, strict=True)])
        shown |= of_days(case, (earliest, latest), (first, last))
        quarters = _quarters_of(first, last)
        if earliest != latest or earliest != first:
            quarters = quarters.union(map(quarter_of, dates))
        charges = [line.charge for line in lines]
        if sum(charges) != claim.total_charge or min(charges) < NOTHING:
            shown |= SUM
        shown |= self._of_diagnoses(claim.diagnoses, quarters)
        if case.history:
            shown |= self._of_history(case, earliest, latest)
        # Of a period that ends before it begins, the earlier day counts for "late".
        waited = ((claim.submitted_on or case.as_of) - min(first, last)).days
        who = tuple([identity(provider) for provider in claim.providers])
        plain = True
        for quarter in quarters:
            shown |= self._of_coverage(claim, waited, quarter)
            marks, plain = self._providers(who, quarter)
            shown |= marks
        if self._codesets.office_rule is not None:
            shown |= self._quarters.facility(claim.facility.code)
        side = "practitioner" if plain and shown & PROFESSIONAL else ncci_side(case)
        shown |= self._of_lines(claim, dates, side, quarters, is_one_day=earliest == latest)
        days = (last,) if last == earliest == latest else tuple(sorted({*dates, last}))
        return shown, days, side

    def _everything(self, claim: Claim) -> int:
        """All that a claim of this type could show."""
        other = INSTITUTIONAL if claim.type is ClaimType.PROFESSIONAL else PROFESSIONAL
        every = self._banks(self._concerns, self._concerns, self._concerns)
        return (EVERY_MARK | self._concerns | every) & ~other

    def _of_lines(
        self,
        claim: Claim,
        dates: Sequence[date],
        side: str | None,
        quarters: frozenset[int],
        *,
        is_one_day: bool,
    ) -> int:
        shapes = [
            (
                line.procedure, line.modifiers, line.units, line.unit, line.place_of_service,
                line.pointers, line.revenue_code, line.ndc, line.ndc_quantity, line.ndc_unit,
                line.rendering_npi, line.noncovered_charge,
            )
            for line in claim.lines
        ]  # fmt: skip
        context = (
            claim.type, side, claim.place_of_service, len(claim.diagnoses),
        )  # fmt: skip
        known: Iterable[dict[tuple[object, ...], int]]
        if is_one_day:
            known = repeat(self._lines(*context, quarter_of(dates[0])))
        else:
            known = [self._lines(*context, quarter_of(day)) for day in dates]
        seen = twice = 0
        for shape, alike, line in zip(shapes, known, claim.lines, strict=False):
            shown = alike.get(shape)
            if shown is None:
                shown = alike[shape] = self._see_line(claim, line, side)
            twice |= seen & shown
            seen |= shown
        if len(shapes) > 1:
            codes = tuple([shape[0] for shape in shapes])
            seen |= self._together(claim.type, codes, quarters)
        return seen | self._banks(twice, 0, self._about_lines & ~seen)

    def _see_together(
        self, kind: ClaimType, codes: tuple[str, ...], quarters: frozenset[int]
    ) -> int:
        """What the procedures of several lines show together."""
        marks = LINES | SAME_CODE if len(set(codes)) < len(codes) else LINES
        tables = self._codesets
        professional = kind is ClaimType.PROFESSIONAL
        edits = tables.ptp_practitioner if professional else tables.ptp_outpatient
        if edits is not None and edits.relates_any(codes):
            for one, other in combinations(dict.fromkeys(codes), 2):
                if edits.relates(one, other):
                    for quarter in quarters:
                        marks |= self._quarters.edits(kind, one, other, quarter)
        return marks

    def _of_diagnoses(self, diagnoses: Sequence[Diagnosis], quarters: frozenset[int]) -> int:
        codes = tuple([entry.code for entry in diagnoses])
        marks = 0
        are_plain = True
        for place, entry in enumerate(diagnoses, start=1):
            if entry.position != place:
                marks |= POINTERS
                are_plain = False
            if entry.present_on_admission:
                marks |= PRESENT_ON_ADMISSION
            if entry.kind not in REPORTED:
                are_plain = False
        return marks | self._codes(codes, quarters, are_plain)

    def _see_codes(self, codes: tuple[str, ...], quarters: frozenset[int], are_plain: bool) -> int:
        """What the diagnoses of a claim show together.

        `are_plain`: all are reported, and in their order; else any may be the first, and what
        one shows that is not reported may count as not shown.
        """
        seen = twice = first = 0
        facts = [self._quarters.diagnosis(code, part) for code in codes for part in quarters]
        for fact in facts:
            twice |= seen & fact.shown
            seen |= fact.shown
        for fact in facts[: len(quarters)] if are_plain else facts:
            first |= fact.shown
        gone = self._about_diagnoses & ~seen if are_plain else self._about_diagnoses
        marks = among_diagnoses(codes, facts, are_plain=are_plain) if len(codes) > 1 else 0
        if not any(codes):
            marks |= GAP
        return marks | seen | self._banks(twice, first, gone)

    def _banks(self, twice: int, first: int, gone: int) -> int:
        """Concerns of two, of the first and of none, each in its own place."""
        of_several = self._of_several
        two, the_first, none = self._places
        return (
            (twice & of_several) << two
            | (first & of_several) << the_first
            | (gone & of_several) << none
        )

    def _of_history(self, case: Case, earliest: date, latest: date) -> int:
        """What the other claims of the patient show about the days of this one."""
        marks = 0
        first, last = shifted(earliest, -1), shifted(latest, 1)
        since = shifted(earliest, -LONGEST_GLOBAL_PERIOD)
        for other in case.history or ():
            for line in other.lines:
                day = line.service_date or other.statement_from
                if day is None or day < since or day > last:
                    continue
                if day >= first:
                    marks |= NEAR
                if self._quarters.code(line.procedure, quarter_of(day)).has_global_days:
                    marks |= OPERATED
        return marks

    def _of_coverage(self, claim: Claim, waited: int, quarter: int) -> int:
        coverage = claim.coverage
        payer = self._quarters.payer(coverage.payer_id, coverage.filing_indicator, quarter)
        marks = payer.marks
        if not coverage.member_id.strip():
            marks |= GAP
        for form in payer.member_id:
            if form.fullmatch(coverage.member_id) is None:
                marks |= MEMBER_ID
        if coverage.rank != "primary" or claim.other_payers:
            marks |= OTHER_PAYER
        if coverage.relationship != "self":
            marks |= NOT_SELF
        if payer.days < 0 or waited > payer.days:
            marks |= LATE
        for role in payer.taxonomy:
            provider = claim.provider(role)
            if provider is not None and not provider.taxonomy.strip():
                marks |= NO_TAXONOMY
        return marks

    def _see_providers(self, providers: tuple[Identity, ...], quarter: int) -> tuple[int, bool]:
        """The marks, and whether the biller is surely no supplier."""
        marks = 0
        billing: str | None = None
        orderers = []
        plain = False
        for role, npi, taxonomy, record in providers:
            marks |= self._quarters.provider(npi, taxonomy, quarter)
            if role is Role.BILLING:
                billing = npi
                plain = is_surely_no_supplier(taxonomy)
            elif role is Role.ORDERING or role is Role.REFERRING:
                orderers.append(npi)
            elif role is Role.SERVICE_FACILITY:
                marks |= SERVICE_FACILITY
            if record is not None:
                marks |= of_record(role, npi, record, days_of_quarter(quarter)[0])
        if billing in orderers:
            marks |= SELF_ORDERED
        if not any(npi.strip() for npi in orderers):
            marks |= NO_ORDERER
        return marks if billing is not None else marks | GAP, plain

    def _see_line(self, claim: Claim, line: ServiceLine, side: str | None) -> int:
        """What a line shows by all of it but its charge and its days."""
        assert line.service_date is not None
        quarter = quarter_of(line.service_date)
        self._remembered += 1
        if self._remembered > REMEMBERED:
            self._remembered = 0
            self._lines.cache_clear()
        professional = claim.type is ClaimType.PROFESSIONAL
        code = self._quarters.code(line.procedure, quarter)
        shown = code.marks
        for concern, bit in self._asked:
            if _holds(concern, line, code):
                shown |= bit
        if line.modifiers:
            shown |= of_modifiers(line.modifiers)
        for modifier in line.modifiers:
            shown |= self._quarters.modifier(modifier, quarter)
        limit = code.limits.get(side)
        if limit is not None and line.units > limit:
            shown |= OVER
        if line.units != 1 or line.unit != "UN":
            shown |= UNITS
        if line.units <= 0 or line.noncovered_charge is not None or line.is_total:
            shown |= UNITS | SUM
        if line.ndc or line.ndc_quantity is not None or line.ndc_unit:
            shown |= NDC
        if line.rendering_npi and not is_sound_npi(line.rendering_npi):
            shown |= FORM | UNSOUND_NPI
        if not professional:
            return shown if line.revenue_code.strip() else shown | GAP
        return shown | self._of_places(claim, line, code, quarter) | of_pointers(claim, line)

    def _of_places(self, claim: Claim, line: ServiceLine, code: CodeFacts, quarter: int) -> int:
        here = line.place_of_service or claim.place_of_service
        marks = self._quarters.place(here, quarter)
        if line.place_of_service and claim.place_of_service:
            marks |= self._quarters.place(claim.place_of_service, quarter)
        if code.places is not None and here not in code.places:
            marks |= PLACE
        if here not in USUAL_PLACES:
            marks |= ELSEWHERE
        if here in HOSPITALS or claim.place_of_service in HOSPITALS:
            marks |= HOSPITAL
        if here in INPATIENT_PLACES or claim.place_of_service in INPATIENT_PLACES:
            marks |= GAP
        return marks

    def _see_era(self, days: tuple[date, ...]) -> tuple[date, ...]:
        """Days on which the same tables are missing as on these; few differ from day to day."""
        lacks: dict[tuple[str | None, ...], date] = {}
        for day in days:
            said = tuple(self._codesets.missing(table, day) for table in TABLES)
            lacks.setdefault(said, self._eras.setdefault(said, day))
        return tuple(lacks.values())


@lru_cache(REMEMBERED)
def _quarters_of(first: date, last: date) -> frozenset[int]:
    return frozenset({quarter_of(first), quarter_of(last)})


def _no_lines_yet(
    kind: ClaimType, side: str | None, place: str, diagnoses: int, quarter: int
) -> dict[tuple[object, ...], int]:
    return {}


def _holds(concern: Concern, line: ServiceLine, code: CodeFacts) -> bool:
    """Whether a concern holds of a line, or of its code's rows."""
    if concern.about is About.LINE:
        return concern.asks(line)
    if concern.on is not None and not concern.on(line):
        return False
    rows = code.rows if concern.about is About.PROCEDURE else code.fees
    return any(map(concern.asks, rows))
