"""The tables. Only this room reads or writes them; others use `bots.store.records`.

Money is dollars with two decimals; times are UTC. Lists and mappings are JSON. What a
person must be able to sort or filter by has a column of its own.
"""

from __future__ import annotations

from django.db import models

from bots.config.names import CREDENTIAL, NAME
from bots.store.database import set_up
from bots.store.fields import Words

set_up()  # a model class needs Django ready; the first import of this room makes it so

_LOCAL_TIME = 20  # of a schedule's run: `2026-09-30T02:30`, or that with ` now`


class Run(models.Model):
    """One run, as the report shows it. `id` is `R-20260930-0001`: day (UTC) and count."""

    id = models.CharField(primary_key=True, max_length=24)
    portal = models.CharField(max_length=NAME)
    queue = models.CharField(max_length=12)  # pending, historical, approved; empty for files
    mode = models.CharField(max_length=6)  # shadow, live
    kind = models.CharField(max_length=10)  # pre-bill, look-back, approved, files
    state = models.CharField(max_length=12, db_index=True)
    as_of = models.DateField(null=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    requested_by = Words(max_length=80, blank=True)
    scheduled = models.CharField(  # the schedule and its local time, as `nightly@2026-09-30T02:30`
        max_length=NAME + 1 + _LOCAL_TIME, blank=True, default="", db_index=True
    )
    query = models.JSONField(default=dict)
    policy_version = Words(max_length=80, blank=True)
    tables = models.JSONField(default=list)
    checks = models.JSONField(default=list)
    synthetic = models.BooleanField(default=False)
    counts = models.JSONField(default=dict)
    ceiling_hit = Words(max_length=80, blank=True)
    stop_reason = Words(max_length=300, blank=True)
    selector_ranks = models.JSONField(default=dict)
    checkpoint = models.TextField(blank=True)
    audit_line = Words(max_length=300, blank=True)
    request = models.JSONField(default=dict)  # all that any worker needs to do it
    asked_for = models.CharField(max_length=64, blank=True, default="")  # its digest
    worker = models.CharField(max_length=80, blank=True, default="")  # name.generation
    log = models.CharField(
        max_length=100, blank=True, default=""
    )  # the origin that has its records
    lands_by = models.DateTimeField(  # until then a save may be on its way that only `log` knows
        null=True, db_index=True
    )
    account = models.CharField(
        max_length=CREDENTIAL, blank=True, default=""
    )  # the log-in that it works under
    attempt = models.PositiveIntegerField(default=0)
    wanted = Words(max_length=120, blank=True, default="")  # "cancelled by NAME: …"
    listed = models.BooleanField(default=False)  # its work items are all there
    exit = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("asked_for",),
                condition=models.Q(state__in=("pending", "in progress")) & ~models.Q(asked_for=""),
                name="one_run_of_a_kind_at_a_time",
            ),
        )


class RoomItem(models.Model):
    """A Control Room's work item that is at work. `release` is empty until it is given back."""

    key = models.CharField(primary_key=True, max_length=64)
    job = models.CharField(max_length=64, db_index=True)  # the file of items that it is of
    run = models.CharField(max_length=24, blank=True, default="")
    outputs = models.JSONField(default=list)
    release = models.JSONField(default=dict)
    begun_at = models.DateTimeField()


class WorkItem(models.Model):
    """One claim that a run is to do. `attempt` counts how often it was taken."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    number = models.CharField(max_length=80)
    status = Words(max_length=40, blank=True)
    proposal = models.CharField(max_length=12, blank=True)
    state = models.CharField(max_length=8, default="due")  # due, at work, done
    attempt = models.PositiveIntegerField(default=0)
    taken_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("run", "number", "proposal"), name="one_item_a_claim_and_run"
            ),
        )
        indexes = (models.Index(fields=("run", "state", "position")),)


class Worker(models.Model):
    """A worker, and the lease that it renews while it lives."""

    name = models.CharField(max_length=NAME, primary_key=True)
    generation = models.PositiveIntegerField()
    host = models.CharField(max_length=120)
    process = models.PositiveIntegerField()
    log = models.CharField(max_length=100, blank=True, default="")  # the origin of its audit log
    only = models.CharField(max_length=64, blank=True, default="")  # the one run it is here for
    since = models.DateTimeField()
    renewed_at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class SeenClaim(models.Model):
    """One claim in one run: a transaction. Holds patient data: name and record number."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="seen")
    number = models.CharField(max_length=80)
    position = models.PositiveIntegerField()
    reference = models.CharField(max_length=128, blank=True)  # the ledger's keyed digest
    status = Words(max_length=40, blank=True)
    facility = Words(max_length=80, blank=True)
    provider_npi = models.CharField(max_length=10, blank=True)
    provider_name = Words(max_length=80, blank=True)
    payer_id = Words(max_length=40, blank=True)
    payer_name = Words(max_length=80, blank=True)
    patient_name = Words(max_length=120, blank=True)
    patient_masked = Words(max_length=12, blank=True)
    record_number = Words(max_length=40, blank=True)
    service_from = models.DateField(null=True)
    total_charge = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    type = models.CharField(max_length=13, blank=True)
    coder = Words(max_length=40, blank=True)
    outcome = models.CharField(max_length=10)
    clean_as_found = models.BooleanField(default=False)
    clean_after = models.BooleanField(default=False)
    required_unanswered = models.BooleanField(default=False)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("run", "number"), name="one_claim_a_run"),)
        indexes = (models.Index(fields=("run", "outcome")),)


class FindingRow(models.Model):
    """One finding, with the words of its check as they were then."""

    seen = models.ForeignKey(SeenClaim, on_delete=models.CASCADE, related_name="findings")
    check_id = models.CharField(max_length=60, db_index=True)
    title = Words(max_length=160, blank=True)
    family = models.CharField(max_length=24, db_index=True)
    severity = models.CharField(max_length=8)
    class_name = models.CharField(max_length=8)
    lines = models.JSONField(default=list)
    codes = models.JSONField(default=list)
    message = Words(max_length=500)
    authority = Words(max_length=200, blank=True)
    table_release = Words(max_length=80, blank=True)
    at_stake = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    denial = Words(max_length=24, blank=True)  # the likely one: CO-97 N390
    quote = models.JSONField(default=list)
    reason = Words(max_length=300, blank=True)  # why policy gave it this class


class NotEvaluatedRow(models.Model):
    """A check that had no answer for a claim, and what it lacked."""

    seen = models.ForeignKey(SeenClaim, on_delete=models.CASCADE, related_name="not_evaluated")
    check_id = models.CharField(max_length=60)
    missing = Words(max_length=120)
    required = models.BooleanField(default=False)


class ChangeRow(models.Model):
    """One field of one save. `seen` is None where the intent was settled late."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="changes")
    seen = models.ForeignKey(
        SeenClaim, null=True, on_delete=models.CASCADE, related_name="changes"
    )
    number = models.CharField(max_length=80)
    intent = models.CharField(max_length=64, blank=True)
    check_id = models.CharField(max_length=60)
    field = models.CharField(max_length=40)
    line = models.PositiveIntegerField(null=True)
    from_value = Words(max_length=300, blank=True)
    to_value = Words(max_length=300, blank=True)
    outcome = models.CharField(max_length=16)
    acted = models.BooleanField(default=False)  # a save went out, or may have
    after_crash = models.BooleanField(default=False)
    raises_payment = models.BooleanField(default=False)
    decided_by = Words(max_length=80, blank=True)
    reason = Words(max_length=300, blank=True)
    at = models.DateTimeField(db_index=True)

    class Meta:
        # Asked for each claim that saved, and at each run's end.
        indexes = (
            models.Index(fields=("number",), name="change_of_claim"),
            models.Index(fields=("intent",), name="change_of_intent"),
        )


class Proposal(models.Model):
    """A computed answer that waits for a person. Shown as `P-00001`."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="proposals")
    portal = models.CharField(max_length=NAME)
    number = models.CharField(max_length=80)
    check_id = models.CharField(max_length=60)
    changes = models.JSONField()
    changes_digest = models.CharField(max_length=64)
    content_digest = models.CharField(max_length=64, blank=True)
    raises_payment = models.BooleanField(default=False)
    at_stake = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    message = Words(max_length=500, blank=True)
    reason = Words(max_length=300, blank=True)
    state = models.CharField(max_length=8, default="open", db_index=True)
    created_at = models.DateTimeField()
    decided_by = Words(max_length=80, blank=True)
    decided_at = models.DateTimeField(null=True)
    decision_reason = Words(max_length=300, blank=True)
    applied_intent = models.CharField(max_length=64, blank=True)
    # What it is bound to: a digest of each field of the claim, as read at `bound_at`.
    content = models.JSONField(default=dict)
    bound_at = models.DateTimeField(null=True)
    # Where two people must approve: the first of them. The second stands in `decided_by`.
    first_by = Words(max_length=80, blank=True, default="")
    first_at = models.DateTimeField(null=True)
    first_reason = Words(max_length=300, blank=True, default="")
    proposed_by = Words(max_length=80, blank=True, default="")  # a person, or nobody
    reverts = models.CharField(max_length=64, blank=True, default="")  # the intent it puts back

    class Meta:
        indexes = (models.Index(fields=("portal", "number"), name="proposal_of_claim"),)
        constraints = (
            models.UniqueConstraint(
                fields=("portal", "number", "check_id", "changes_digest"),
                condition=models.Q(state__in=("open", "approved")),
                name="one_proposal_while_open",
            ),
        )


class ExceptionRow(models.Model):
    """Work that a person must look at. Shown as `E-00001`; `number` empty: the whole run.

    One is open for a claim and cause: a later run that meets it again follows the earlier.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="exceptions")
    number = models.CharField(max_length=80, blank=True, db_index=True)
    type = models.CharField(max_length=11)  # BUSINESS, APPLICATION
    code = models.CharField(max_length=60)
    message = Words(max_length=500)
    state = models.CharField(max_length=16, default="open", db_index=True)
    retry = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    check_id = models.CharField(max_length=60, blank=True, default="")
    cause = models.CharField(max_length=500, blank=True, default="")  # bots.store.causes
    since = models.DateTimeField(null=True)  # first met; None for those of before 0004
    intent = models.CharField(max_length=64, blank=True, default="")  # of the save it is about
    proposal = models.ForeignKey(Proposal, null=True, on_delete=models.SET_NULL)
    follows = models.ForeignKey("self", null=True, on_delete=models.SET_NULL)
    assigned_to = Words(max_length=80, blank=True, default="")
    assigned_by = Words(max_length=80, blank=True, default="")
    assigned_at = models.DateTimeField(null=True)
    decided_by = Words(max_length=80, blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    decision_reason = Words(max_length=300, blank=True, default="")
    resolved_as = models.CharField(max_length=12, blank=True, default="")
    closed_in = models.CharField(max_length=24, blank=True, default="")  # the run that closed it


class ScheduleRow(models.Model):
    """A schedule that was seen once: times before `since` are none of ours.

    `line` is its cron line and zone as they were read last: empty where it was not in the file any
    more, none where nobody has kept it yet.
    """

    name = models.CharField(max_length=NAME, primary_key=True)
    since = models.DateTimeField()
    line = models.TextField(null=True)
    paused_at = models.DateTimeField(null=True)
    paused_until = models.DateTimeField(null=True)
    paused_by = Words(max_length=80, blank=True)
    pause_reason = Words(max_length=300, blank=True)


class ScheduledTime(models.Model):
    """What became of one time of a schedule. `key` is its local time, and comes once."""

    schedule = models.CharField(max_length=NAME)
    key = models.CharField(max_length=_LOCAL_TIME)
    due = models.DateTimeField()
    state = models.CharField(max_length=10, db_index=True)
    why = Words(max_length=300, blank=True)
    decided_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("schedule", "key"), name="one_decision_a_time"),
        )


class AlertRow(models.Model):
    """A trouble that somebody is told of, once until it is over. No patient data."""

    event = models.CharField(max_length=30)
    subject = models.CharField(max_length=120)  # the name of a portal, a schedule or a log
    run = models.CharField(max_length=24, blank=True)
    claims = models.PositiveIntegerField(null=True)
    saves = models.PositiveIntegerField(null=True)
    since = models.DateTimeField()
    over_at = models.DateTimeField(null=True)
    told = models.JSONField(default=list)  # the channels that took it
    told_at = models.DateTimeField(null=True)  # all of them
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField()
    fault = Words(max_length=80, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("event", "subject"),
                condition=models.Q(over_at=None),
                name="one_alert_a_trouble",
            ),
        )


class Stop(models.Model):
    """While there is one, no worker of any machine writes to a portal (`bots.store.brake`)."""

    by = Words(max_length=80, blank=True)
    reason = Words(max_length=300, blank=True)
    at = models.DateTimeField()


class Refusal(models.Model):
    """A log-in that a portal refused. `digest` is keyed, and tells nothing about the password."""

    account = models.CharField(max_length=CREDENTIAL, primary_key=True)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()


class Anchor(models.Model):
    """A checkpoint of the ledger, kept outside the ledger's own folder."""

    origin = models.CharField(max_length=120, db_index=True)
    size = models.PositiveBigIntegerField()
    text = models.TextField()
    at = models.DateTimeField()
