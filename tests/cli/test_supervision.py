"""What a supervisor sees of exceptions and decides, what two decide, and what is put back."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import store_cases
from typer.testing import CliRunner

from bots.claims import Change, ClaimRef
from bots.cli.main import app
from bots.errors import Problem
from bots.hands import Done
from bots.ledger import Outcome
from bots.places import Places
from bots.portals.evidence import Evidence
from bots.reports.next_steps import NEXT_STEPS
from bots.runs.claim import code_of
from bots.runs.decisions import open_ledger
from bots.runs.evidence import keep
from bots.secrets import development_key
from bots.store import database, records, work
from bots.store.facts import (
    ClaimOutcome,
    ExceptionType,
    NewException,
    NewProposal,
    NewRun,
    RunKind,
    SeenRecord,
)

REPO = Path(__file__).parents[2]
NPI = Change("ordering_npi", None, "", "1234567893")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    made = Places(tmp_path_factory.mktemp("office") / "data").made()
    database.connect(made)
    yield made
    database.close()


@pytest.fixture
def places(store, monkeypatch):
    """An office without a run, an exception, a proposal or a log."""
    from django.db import connection

    from bots.store.models import Anchor, Run

    monkeypatch.setenv("CLAIMBOTS_DATA", str(store.root))
    monkeypatch.setenv("CLAIMBOTS_CONFIG", str(REPO / "config"))
    Run.objects.all().delete()
    Anchor.objects.all().delete()
    connection.cursor().execute("DELETE FROM sqlite_sequence")
    shutil.rmtree(store.ledger)
    return store.made()


@pytest.fixture
def queue(places):
    """Three claims that the portal refused for one cause, and one that timed out."""
    run = store_cases.a_run()
    for number in range(1, 4):
        words = f"C{number} of Quimby: the field Diagnosis is locked since 2026-09-0{number}"
        refused = NewException(
            ExceptionType.BUSINESS, "SAVE_REFUSED", words, check="diagnosis-duplicate"
        )
        _keep(run, f"C{number}", refused)
    _keep(
        run, "C9", NewException(ExceptionType.APPLICATION, "DEADLINE", "no answer in 30 seconds")
    )
    return places


def _keep(run, number, *exceptions, status="Ready for review"):
    seen = SeenRecord(
        number, 1, ClaimOutcome.REFUSED, status=status, type="professional",
        patient_name="Quimby, Jo",
    )  # fmt: skip
    records.keep_claim(run.id, seen, exceptions=exceptions)


def typed(*words, columns=80):
    """What the command prints; raises the Problem that it ends in."""
    result = CliRunner().invoke(app, list(words), env={"COLUMNS": str(columns)})
    if isinstance(result.exception, Problem):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def told(*words):
    return [json.loads(line) for line in typed(*words, "--json").splitlines()]


def the_group():
    return next(g["group"] for g in told("exceptions", "list") if g["code"] == "SAVE_REFUSED")


def logged(places, kind):
    ledger = open_ledger(places)
    try:
        return [(r, ledger.unseal(r)) for r in ledger.records() if r.kind == kind]
    finally:
        ledger.close_files()


# Seen


def test_one_card_a_cause_says_how_many_since_when_what_was_seen_and_what_to_do(queue):
    said = typed("exceptions", "list")

    card = said[: said.index("\n\n")]
    text = " ".join(card.split())
    assert re.match(r"G-[0-9a-f]{6}  SAVE_REFUSED  BUSINESS  practice +3 claims\n", card)
    assert "“… of …: the field Diagnosis is locked since …”" in text
    assert "E-00003, run R-" in text
    assert "claim C3" in text
    assert f"`claimbots exceptions retry {the_group()}`" in text
    assert "2 causes, 4 claims" in said


@pytest.mark.parametrize("columns", [60, 80, 120, 200])
def test_a_card_fits_the_terminal_and_breaks_no_command(queue, columns):
    lines = typed("exceptions", "list", columns=columns).splitlines()

    assert max(map(len, lines)) <= columns
    assert sum(line.count("`") % 2 for line in lines) == 0


def test_a_group_is_one_object_and_its_exceptions_are_one_a_line(queue):
    group, other = told("exceptions", "list")
    assert (group["claims"], group["check"]) == (3, "diagnosis-duplicate")
    assert group["example"]["claim"] == "C3"
    assert group["next"].startswith("Mend the claim in the portal")
    assert other["code"] == "DEADLINE"

    rows = told("exceptions", "list", group["group"])
    assert [row["claim"] for row in rows] == ["C3", "C2", "C1"]
    assert len(told("exceptions", "list", "--flat")) == 4
    assert len(typed("exceptions", "list", "--flat").splitlines()) == 4


def test_a_card_leads_to_the_picture_where_one_is_kept(queue):
    assert "--evidence" not in typed("exceptions", "list")
    seen = records.find_exception("E-00003")
    work.list_claims(seen.run, [(seen.number, "Ready for review", "")])
    picture = Evidence("/claims/#/", b"a picture", "body")
    keep(queue, development_key(queue), seen.run, 1, picture)

    said = " ".join(typed("exceptions", "list").split())
    assert "picture `claimbots exceptions show E-00003 --evidence FOLDER`" in said
    assert told("exceptions", "list")[0]["example"]["evidence"] is True


def test_of_two_proposals_of_a_claim_each_has_the_picture_of_its_own_page(places, tmp_path):
    run = store_cases.a_run(RunKind.APPROVED)
    for position, proposal in enumerate(two_proposals("C1"), 1):
        work.list_claims(run.id, [("C1", "approved", proposal)])
        words = f"no answer to {proposal} in 30 seconds"
        slow = NewException(ExceptionType.APPLICATION, "DEADLINE", words, proposal=proposal)
        seen = SeenRecord("C1", position, ClaimOutcome.FAILED, reviewed=False)
        records.keep_claim(run.id, seen, exceptions=[slow])
    picture = Evidence("/claims/#/", b"of the first", "body")
    keep(places, development_key(places), run.id, 1, picture)

    typed("exceptions", "show", "E-1", "--evidence", str(tmp_path))
    assert (tmp_path / "E-00001.png").read_bytes() == b"of the first"
    with pytest.raises(Problem, match="no evidence"):
        typed("exceptions", "show", "E-2", "--evidence", str(tmp_path))
    pages = [typed("exceptions", "show", id) for id in ("E-1", "E-2")]
    assert ["--evidence" in page for page in pages] == [True, False]


def two_proposals(number):
    """The ids of two approved proposals of a claim."""
    new = [NewProposal("pointer-order", (Change("pointers", n, "1 2", "2 1"),)) for n in (1, 2)]
    seen = SeenRecord(number, 1, ClaimOutcome.PROPOSED)
    kept = records.keep_claim(store_cases.a_run().id, seen, proposals=new).proposals
    return [records.decide(p.id, "approve", "dana", "seen in the chart").id for p, _ in kept]


def test_portal_words_never_steer_a_terminal(places):
    steering = NewException(ExceptionType.BUSINESS, "SAVE_REFUSED", "locked \x1b[2J\x07 by payer")
    _keep(store_cases.a_run(), "C1", steering)

    for words in (("list",), ("list", "--flat"), ("show", "E-1")):
        assert not re.search(r"[\x07\x1b]", typed("exceptions", *words))


# Decided


def test_a_group_is_assigned_by_one_decision_and_each_claim_has_it_on_the_log(queue):
    said = typed("exceptions", "assign", the_group(), "--to", "lee", "--by", "dana")

    assert said == "3 exceptions: assigned to lee, by dana\n"
    assert [e["claim"] for e in told("exceptions", "list", "--flat", "--to", "lee")] == [
        "C3", "C2", "C1",
    ]  # fmt: skip
    on_log = logged(queue, "exception")
    assert [r.body["exception"] for r, _ in on_log] == ["E-00003", "E-00002", "E-00001"]
    assert {(r.actor, r.body["does"], r.body["to"]) for r, _ in on_log} == {
        ("dana", "assign", "lee")
    }


def test_a_resolution_is_on_the_log_with_its_reason_sealed_and_anchored(queue):
    reason = "chart of Jo Quimby: mended"

    typed("exceptions", "resolve", "E-1", "--reason", reason, "--as", "duplicate", "--by", "dana")

    (entry,) = told("exceptions", "show", "E-1")
    assert (entry["state"], entry["resolved_as"], entry["decided_by"]) == (
        "resolved", "duplicate", "dana",
    )  # fmt: skip
    ((record, sealed),) = logged(queue, "exception")
    assert (record.body["does"], record.body["as"], sealed["reason"]) == (
        "resolve", "duplicate", reason,
    )  # fmt: skip
    anchor = records.newest_anchor(record.origin)
    assert anchor is not None
    assert anchor.size == record.sequence
    log = b"".join(p.read_bytes() for p in queue.ledger.rglob("*") if p.is_file())
    assert b"Quimby" not in log
    assert "exception: resolve E-00001 duplicate" in typed("audit", "tail", columns=200)


def test_a_resolution_wants_a_reason_and_an_assignment_a_name(queue):
    with pytest.raises(Problem, match="needs a reason"):
        typed("exceptions", "resolve", "E-1")
    with pytest.raises(Problem, match="nobody is named"):
        typed("exceptions", "assign", "E-1", "--to", " ")


def test_of_a_group_what_another_has_decided_is_left_and_said(queue, monkeypatch):
    """Between the look at the group and the decision, lee resolves one of it."""
    group = the_group()
    seen = records.find_waiting(group)
    typed("exceptions", "resolve", "E-2", "--reason", "mended", "--by", "lee")
    monkeypatch.setattr(records, "find_waiting", lambda id: seen)

    result = CliRunner().invoke(
        app, ["exceptions", "assign", group, "--to", "max", "--by", "dana"]
    )

    assert result.stdout == "2 exceptions: assigned to max, by dana\n"
    assert "E-00002: the exception does not wait any more: resolved by lee" in result.stderr


def test_an_audit_log_that_cannot_be_written_leaves_exceptions_as_they_are(queue):
    from bots.config import load_settings

    (queue.ledger / load_settings().ledger.origin).write_text("in the way")

    with pytest.raises(Problem, match="audit log is broken"):
        typed("exceptions", "resolve", "E-1", "--reason", "mended")

    assert told("exceptions", "show", "E-1")[0]["state"] == "open"


@pytest.fixture
def gone(queue, proposal):
    """Their portal is no longer in the configuration."""
    from bots.store.models import Proposal, Run

    Run.objects.update(portal="gone")
    Proposal.objects.update(portal="gone")
    return queue


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (("exceptions", "resolve", "E-2", "--reason", "moved away"), "exception"),
        (("exceptions", "assign", "E-2", "--to", "lee"), "exception"),
        (("proposals", "reject", "P-1", "--reason", "moved away"), "rejection"),
    ],
    ids=lambda words: words[1] if isinstance(words, tuple) else words,
)
def test_what_waits_of_a_portal_that_is_gone_can_be_closed_and_is_on_the_log(gone, words, kind):
    typed(*words)

    ((record, _),) = logged(gone, kind)
    assert record.body["portal"] == "gone"


@pytest.mark.parametrize(
    "words",
    [("exceptions", "retry", "E-2"), ("proposals", "approve", "P-1", "--reason", "seen")],
    ids=lambda words: words[1],
)
def test_nothing_is_tried_or_applied_at_a_portal_that_is_gone(gone, words):
    with pytest.raises(Problem, match="no portal named 'gone'"):
        typed(*words)

    assert told("exceptions", "show", "E-2")[0]["state"] == "open"
    assert told("proposals", "show", "P-1")[0]["state"] == "open"


def test_a_retry_says_which_run_takes_the_claims(queue):
    said = typed("exceptions", "retry", the_group(), "--by", "dana")

    assert "next: claimbots run --portal practice --queue pending --retry" in said
    assert records.to_retry("practice", "pending") == ("C1", "C2", "C3")
    assert "It is to be tried again: `claimbots run " in typed("exceptions", "list", columns=120)


def test_a_run_of_what_nobody_asked_to_retry_takes_nothing_at_all(places):
    result = CliRunner().invoke(
        app, ["run", "--portal", "practice", "--queue", "pending", "--retry"]
    )

    assert (result.exit_code, result.stdout) == (0, "")
    assert "no claim is to be tried again" in result.stderr
    assert records.runs() == ()


def test_a_retry_is_not_narrowed_to_claims_of_a_list():
    with pytest.raises(Problem, match="leave out --claim"):
        typed("run", "--portal", "practice", "--queue", "pending", "--retry", "--claim", "C1")


# What to do


def test_every_code_that_a_portal_or_a_save_can_answer_has_a_next_step():
    import bots.portals.deadline
    import bots.portals.login
    import bots.portals.worklist  # noqa: F401
    from bots.portals.base import PortalError

    def codes(kind):
        yield kind.code
        for below in kind.__subclasses__():
            yield from codes(below)

    trouble = (Outcome.REFUSED, Outcome.CONFLICT, Outcome.UNKNOWN, Outcome.NOT_DONE)
    saves = {code_of(Done(outcome, acted=acted)) for outcome in trouble for acted in (True, False)}
    assert "SAVE_DIFFERS" in saves
    assert set(codes(PortalError)) | saves <= set(NEXT_STEPS)


def an_office_with(folder, portals):
    """The folder of a configuration with these portals."""
    shutil.copytree(REPO / "config", folder)
    (folder / "portals.yaml").write_text(portals)
    return str(folder)


SECOND_LOG_IN = """\
portals:
  practice-approved:
    kind: practice
    address: http://127.0.0.1:8765
    credential: approver
"""


@pytest.mark.parametrize(
    ("code", "named"),
    [
        ("ACCOUNT_LOCKED", "`claimbots credentials unlock approver`"),
        ("LOGIN_REFUSED", "`claimbots credentials set approver`"),
        ("ELEMENT_MISSING", "`selectors/practice.yaml`"),
    ],
)
def test_of_a_second_log_in_at_a_portal_its_own_name_and_the_file_of_the_kind_are_named(
    places, monkeypatch, tmp_path, code, named
):
    office = an_office_with(tmp_path / "config", SECOND_LOG_IN)
    monkeypatch.setenv("CLAIMBOTS_CONFIG", office)
    run = store_cases.started(NewRun("practice-approved", "pending", "live", RunKind.PRE_BILL))
    _keep(run, "C1", NewException(ExceptionType.APPLICATION, code, "words"))

    ((group,), (entry,)) = told("exceptions", "list"), told("exceptions", "list", "--flat")
    assert named in group["next"]
    assert named in entry["next"]
    assert named in typed("exceptions", "list", columns=200)
    assert named in typed("exceptions", "show", "E-1")


@pytest.mark.parametrize("portals", ["portals: {}\n", "portals:\n  x: no portal\n"])
def test_of_a_portal_that_is_not_configured_any_more_its_own_name_stands(
    places, monkeypatch, tmp_path, portals
):
    monkeypatch.setenv("CLAIMBOTS_CONFIG", an_office_with(tmp_path / "config", portals))
    locked = NewException(ExceptionType.BUSINESS, "ACCOUNT_LOCKED", "words")
    _keep(store_cases.a_run(), "C1", locked)

    (entry,) = told("exceptions", "list", "--flat")
    assert "`claimbots credentials unlock practice`" in entry["next"]


def test_the_page_has_every_next_step_and_no_other():
    page = (REPO / "docs" / "operations.md").read_text(encoding="utf-8")
    rows = [f"| `{code}` | {step.means} |" for code, step in NEXT_STEPS.items()]
    table = "\n".join(["| exception | what it means |", "|---|---|", *rows])

    found = re.search(r"<!-- exceptions -->\n(.*?)\n<!-- /exceptions -->", page, re.DOTALL)
    assert found, f"it should be:\n{table}"
    assert found[1].strip() == table, f"it should be:\n{table}"


# Two supervisors


@pytest.fixture
def proposal(places):
    run = store_cases.a_run()
    seen = SeenRecord("C1", 1, ClaimOutcome.PROPOSED)
    new = NewProposal("pointer-order", (Change("pointers", 2, "1 2", "2 1"),), raises_payment=True)
    return records.keep_claim(run.id, seen, proposals=[new]).proposals[0][0]


def test_f39_of_two_who_decide_at_once_one_wins_and_the_other_is_told(places, proposal):
    def decides(answer, by):
        words = ["proposals", answer, proposal.id, "--by", by, "--reason", "seen in the chart"]
        command = [sys.executable, "-c", "from bots.cli import main; main()", *words]
        return subprocess.Popen(command, env=dict(os.environ), stderr=subprocess.PIPE, text=True)

    both = [decides("approve", "dana"), decides("reject", "lee")]
    said = [process.communicate(timeout=60)[1] for process in both]

    assert sorted(process.returncode for process in both) == [0, 2]
    winner = next(by for by, process in zip(("dana", "lee"), both, strict=True)
                  if process.returncode == 0)  # fmt: skip
    became = records.find_proposal(proposal.id).state
    assert f"the proposal is not open: it is {became} by {winner}" in "".join(said)
    assert len(logged(places, "approval") + logged(places, "rejection")) == 1


def test_four_eyes_at_the_door_say_who_is_first_and_log_both(places, proposal, monkeypatch):
    from bots.store.models import Proposal

    monkeypatch.setenv("CLAIMBOTS_APPROVALS__FOUR_EYES", "raises_payment")

    first = typed("proposals", "approve", proposal.id, "--by", "dana", "--reason", "seen")
    assert "approved by dana, the first of two" in first
    assert "waits for a second person" in typed("proposals", "list", columns=200)
    with pytest.raises(Problem, match="dana approved it first"):
        typed("proposals", "approve", proposal.id, "--by", "dana", "--reason", "seen")
    second = typed("proposals", "approve", proposal.id, "--by", "lee", "--reason", "seen")
    assert "--queue approved" in second

    on_log = [(r.actor, r.body["approval"]) for r, _ in logged(places, "approval")]
    assert on_log == [("dana", "first"), ("lee", "second")]
    Proposal.objects.update(first_at="2026-08-01T09:30Z")
    shown = typed("proposals", "show", proposal.id)
    assert "holds until     2026-08-15 09:30 UTC" in shown
    assert "first           dana" in shown
    assert "decided         lee" in shown


def test_an_approval_is_withdrawn_at_the_door_and_that_is_on_the_log(places, proposal):
    typed("proposals", "approve", proposal.id, "--by", "dana", "--reason", "seen")
    with pytest.raises(Problem, match="needs a reason"):
        typed("proposals", "withdraw", proposal.id)

    said = typed("proposals", "withdraw", proposal.id, "--by", "lee", "--reason", "Jo Quimby's no")

    assert said.splitlines()[0] == f"{proposal.id} withdrawn by lee"
    assert "next" not in said
    assert told("proposals", "show", proposal.id)[0]["state"] == "rejected"
    ((record, sealed),) = logged(places, "rejection")
    assert (record.actor, record.body["approval"], sealed["reason"]) == (
        "lee", "withdrawn", "Jo Quimby's no",
    )  # fmt: skip


def test_an_approval_whose_save_is_under_way_is_not_withdrawn(places, proposal):
    """Nobody knows what became of it: it may be on the claim already."""
    typed("proposals", "approve", proposal.id, "--by", "dana", "--reason", "seen")
    ledger = open_ledger(places)
    ledger.open_intent(
        run=proposal.run, ref=ClaimRef("practice", "C1", "approved"), kind="correct", actor="bot",
        changes=proposal.changes, patient="MRN1",
    )  # fmt: skip
    ledger.close_files()

    with pytest.raises(Problem, match="not known yet"):
        typed("proposals", "withdraw", proposal.id, "--by", "lee", "--reason", "no")

    assert records.find_proposal(proposal.id).state == "approved"
    assert logged(places, "rejection") == []


# Put back


def a_save(places, *changes, outcome=Outcome.CONFIRMED, kind="correct", status="Ready for review"):
    """A run's save of claim C1, on the log and in the store; answers its intent."""
    run = store_cases.a_run()
    _keep(run, "C1", status=status)
    ledger = open_ledger(places)
    try:
        intent = ledger.open_intent(
            run=run.id, ref=ClaimRef("practice", "C1", "pending", status), kind=kind, actor="bot",
            changes=changes or (NPI,), checks=("ordering-npi-missing",), patient="MRN1",
        )  # fmt: skip
        if outcome is not None:
            ledger.close(intent, outcome)
    finally:
        ledger.close_files()
    return intent.id


def test_a_revert_is_a_proposal_from_new_to_old_that_its_asker_has_approved(places):
    intent = a_save(places)

    said = typed("revert", intent, "--by", "dana", "--reason", "Jo Quimby's order was withdrawn")

    assert "P-" in said
    assert "approved by dana" in said
    assert "ordering_npi: 1234567893 → (empty)" in said
    assert "next: claimbots run --portal practice --queue approved" in said
    (kept,) = records.approved_proposals("practice")
    assert (kept.reverts, kept.proposed_by, kept.check) == (intent, "dana", "revert")
    assert [r.body["reverts"] for r, _ in logged(places, "proposal")] == [intent]
    assert [r.body["reverts"] for r, _ in logged(places, "approval")] == [intent]
    assert b"Quimby" not in b"".join(p.read_bytes() for p in places.ledger.rglob("*.jsonl"))


def test_a_review_leaves_a_revert_as_it_is_and_the_bot_may_not_make_that_change_again(places):
    typed("revert", a_save(places), "--by", "dana", "--reason", "wrong")

    _keep(store_cases.a_run(), "C1")

    assert len(records.approved_proposals("practice")) == 1
    assert records.put_back("practice") == {"C1": frozenset({NPI})}


def test_under_four_eyes_a_revert_waits_for_another_person(places, monkeypatch):
    monkeypatch.setenv("CLAIMBOTS_APPROVALS__FOUR_EYES", "always")
    said = typed("revert", a_save(places), "--by", "dana", "--reason", "wrong")
    assert "approved by dana, the first of two" in said
    (waiting,) = records.open_proposals("practice")

    with pytest.raises(Problem, match="another person must approve it"):
        typed("proposals", "approve", waiting.id, "--by", "dana", "--reason", "wrong")
    typed("proposals", "approve", waiting.id, "--by", "lee", "--reason", "wrong indeed")

    assert len(records.approved_proposals("practice")) == 1


@pytest.mark.parametrize(
    ("change", "raises"),
    [
        (Change("total_charge", None, "125.00", "100.00"), True),
        (Change("total_charge", None, "100.00", "125.00"), False),
        (NPI, False),
    ],
)
def test_a_revert_says_whether_it_raises_payment(places, change, raises):
    (proposal,) = told("revert", a_save(places, change), "--reason", "wrong")

    assert proposal["raises_payment"] is raises


@pytest.mark.parametrize(
    ("save", "why"),
    [
        ({"outcome": Outcome.REFUSED}, "its outcome is refused"),
        ({"outcome": Outcome.ALREADY_CORRECT}, "its outcome is already-correct"),
        ({"outcome": None}, "its outcome is not known yet"),
        ({"kind": "hold"}, "it was a hold, and the bot takes none off"),
        ({"kind": "flag"}, "it was a note"),
        ({"status": "Submitted"}, 'has left the office: run .* saw it as "Submitted"'),
    ],
)
def test_what_was_not_saved_or_left_the_office_is_not_put_back(places, save, why):
    with pytest.raises(Problem, match=why):
        typed("revert", a_save(places, **save), "--reason", "wrong")

    assert records.proposals() == ()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (Change("modifiers", 1, "25 59", "25"), "a modifier that is not there"),
        (Change("diagnoses", None, "E11.9 I10", "E11.9"), "a diagnosis that is not there"),
        (Change("ordering_npi", None, "1003000126", "1234567893"), "an NPI over another"),
        (Change("units", 1, "1", "2"), "a bot does not write units"),
    ],
)
def test_what_a_bot_never_writes_it_does_not_put_back_either(places, change, why):
    with pytest.raises(Problem, match=why):
        typed("revert", a_save(places, change), "--reason", "wrong")


def test_what_is_put_back_already_is_not_put_back_twice(places):
    intent = a_save(places)
    typed("revert", intent, "--by", "dana", "--reason", "wrong")

    with pytest.raises(Problem, match="put back already, by P-"):
        typed("revert", intent, "--by", "lee", "--reason", "wrong")


def test_a_revert_wants_a_reason_and_an_intent_that_is_there(places):
    with pytest.raises(Problem, match="needs a reason"):
        typed("revert", a_save(places))
    with pytest.raises(Problem, match="has no such intent"):
        typed("revert", "0123456789abcdef", "--reason", "wrong")


def test_the_save_of_a_patient_who_was_redacted_cannot_be_put_back(places):
    intent = a_save(places)
    ledger = open_ledger(places)
    ledger.redact("MRN1", actor="dana", reason="asked for")
    ledger.close_files()

    with pytest.raises(Problem, match="can no longer be read"):
        typed("revert", intent, "--reason", "wrong")
