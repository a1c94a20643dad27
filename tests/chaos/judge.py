"""Portal history x log x store: the three must tell the same story after every fault."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

# Of the log's outcomes, those after which the portal must have stored exactly one save of ours,
# those after which none, and those that a person must look at.
ONE, NONE = {"confirmed"}, {"refused", "not-done", "already-correct"}


@dataclass
class Before:
    """What there was before the case."""

    intents: set[str]
    last_run: str


@dataclass
class Verdict:
    """What was wrong; nothing is written down of who a claim is of."""

    faults: list[str] = field(default_factory=list)
    writes: int = 0

    def must(self, holds: bool, words: str) -> None:
        if not holds:
            self.faults.append(words)


def before(office) -> Before:
    [(last,)] = office.ask_store("select coalesce(max(id), '') from store_run")
    return Before(set(office.intents()), last)


def judged(office, was: Before, claims: list[str]) -> Verdict:
    """Hold the three against each other; all that was begun must be ended by now."""
    verdict = Verdict()
    witness = office.witness()
    verdict.writes = witness["writes"]
    stored = {
        (number, kind): claim.get(kind, 0)
        for number, claim in witness["claims"].items()
        for kind in ("saves", "notes")
    }
    log = {
        intent: (sealed, outcomes)
        for intent, (sealed, outcomes) in office.intents().items()
        if intent not in was.intents
    }
    confirmed: Counter[tuple[str, str]] = Counter()
    doubtful: Counter[tuple[str, str]] = Counter()
    for sealed, outcomes in log.values():
        verdict.must(bool(outcomes), "an intent is open")
        last = outcomes[-1] if outcomes else "open"
        what = (sealed["claim"], "saves" if sealed["changes"] else "notes")
        if last in ONE:
            confirmed[what] += 1
        elif last not in NONE:
            doubtful[what] += 1
    for what in set(stored) | set(confirmed):
        count, least, most = stored.get(what, 0), confirmed[what], confirmed[what] + doubtful[what]
        verdict.must(
            least <= count <= most,
            f"the portal stored {count} {what[1]}; the log confirms {least}, "
            f"doubts {most - least}",
        )
    _the_store(office, was, log, verdict)
    _the_list(office, was, claims, verdict)
    verdict.must(office.verified(), "the log does not verify")
    return verdict


def _the_store(office, was: Before, log, verdict: Verdict) -> None:
    """What the log confirms the store knows, as confirmed, once for each field."""
    rows = office.ask_store(
        f"select intent, outcome, field, line from store_changerow where run_id > '{was.last_run}'"
    )
    known: dict[str, list[tuple]] = {}
    for intent, outcome, *place in rows:
        if intent in log:
            known.setdefault(intent, []).append((outcome, *place))
    for intent, (sealed, outcomes) in log.items():
        changes = [c for c in sealed["changes"] if c]
        if not changes or not outcomes or outcomes[-1] != "confirmed":
            continue
        found = known.get(intent, [])
        verdict.must(len(found) >= len(changes), "a confirmed save is not in the store")
        ended = [row for row in found if row[0] == "confirmed"]
        verdict.must(len(ended) == len(set(ended)), "a change stands in the store twice")


def _the_list(office, was: Before, claims: list[str], verdict: Verdict) -> None:
    """Every claim of the list was seen by a run, and no run is still at work."""
    rows = office.ask_store(f"select number from store_seenclaim where run_id > '{was.last_run}'")
    seen = {number for (number,) in rows}
    [(open_runs,)] = office.ask_store(
        "select count(*) from store_run where state in ('pending', 'in progress')"
    )
    verdict.must(open_runs == 0, f"{open_runs} runs are still at work")
    lost = [claim for claim in claims if claim not in seen]
    verdict.must(not lost, f"{len(lost)} claims of the list were never seen")
