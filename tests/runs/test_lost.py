"""What the log knows of a run that was killed."""

from ledger.ledgers import a_log

from bots.claims import Change, ClaimRef
from bots.ledger import Outcome
from bots.runs.lost import written_by
from bots.store.facts import ChangeOutcome

UNITS = Change("units", 1, "1", "2")


def saved(ledger, run, patient):
    ref = ClaimRef("practice", f"C-{patient}", "approved", "Ready")
    intent = ledger.open_intent(
        run=run, ref=ref, kind="correct", actor="bot", changes=(UNITS,), checks=("mue-line",),
        patient=patient, body={"decided_by": "dana"},
    )  # fmt: skip
    ledger.close(intent, Outcome.CONFIRMED)
    return intent.id


def test_what_a_run_saved_is_told_with_its_claim_and_who_decided(tmp_path):
    ledger = a_log(tmp_path, "office").open()
    mine = saved(ledger, "R-1", "MRN1")
    saved(ledger, "R-2", "MRN2")

    (written,) = written_by(ledger, "R-1")

    assert (written.intent, written.claim) == (mine, "C-MRN1")
    (change,) = written.changes
    assert (change.field, change.from_value, change.to_value) == ("units", "1", "2")
    assert (change.decided_by, change.after_crash) == ("dana", True)


def test_what_was_redacted_since_is_left_out_and_stops_nothing(tmp_path):
    ledger = a_log(tmp_path, "office").open()
    saved(ledger, "R-1", "MRN1")
    kept = saved(ledger, "R-1", "MRN2")
    ledger.redact("MRN1", actor="dana", reason="asked for")

    assert [written.intent for written in written_by(ledger, "R-1")] == [kept]


def test_what_a_killed_run_settled_for_an_earlier_one_is_told_as_its_own(tmp_path):
    """Left unknown by R-1, found to have landed by R-2, which died before it could keep it."""
    ledger = a_log(tmp_path, "office").open()
    ref = ClaimRef("practice", "C-1", "pending", "Ready")
    intent = ledger.open_intent(
        run="R-1", ref=ref, kind="correct", actor="bot", changes=(UNITS,), checks=("mue-line",),
        patient="MRN1",
    )  # fmt: skip
    ledger.close(intent, Outcome.UNKNOWN)
    (unknown,) = written_by(ledger, "R-1")
    ledger.close(intent, Outcome.CONFIRMED, run="R-2")

    (settled,) = written_by(ledger, "R-2")

    assert (unknown.became, unknown.run) == (ChangeOutcome.UNKNOWN, "R-1")
    assert (settled.intent, settled.run) == (intent.id, "R-2")
    assert settled.became is ChangeOutcome.CONFIRMED
