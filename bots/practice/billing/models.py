"""What the portal keeps: claims, the encounter's documentation, people and what they did.

Money is a decimal with two places, in dollars. `version` is the optimistic lock.
"""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models


class Row(models.Model):
    """What every table has; states the manager's type, which Django makes anyway."""

    objects: ClassVar[models.Manager[Self]] = models.Manager()

    class Meta:
        abstract = True


class Facility(Row):
    """A place the billing office works for."""

    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=80)
    state = models.CharField(max_length=2, default="OH")


class ProviderRecord(Row):
    """The provider master file. `npi_type` is "1" for a person, "2" for an organization."""

    record_id = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=80)
    npi = models.CharField(max_length=10, blank=True)
    npi_type = models.CharField(max_length=1, default="1")
    taxonomy = models.CharField(max_length=10, blank=True)
    specialty = models.CharField(max_length=40, blank=True)
    active_from = models.DateField(null=True, blank=True)
    active_to = models.DateField(null=True, blank=True)


class Payer(Row):
    """Whom claims are sent to; `filing_indicator` is SBR09."""

    payer_id = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=80)
    filing_indicator = models.CharField(max_length=2)


class Patient(Row):
    """A synthetic person."""

    record_number = models.CharField(max_length=12, unique=True)
    last_name = models.CharField(max_length=40)
    first_name = models.CharField(max_length=40)
    birth_date = models.DateField(null=True, blank=True)
    sex = models.CharField(max_length=1, default="U")
    address = models.CharField(max_length=80, blank=True)
    city = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=2, blank=True)
    postal_code = models.CharField(max_length=10, blank=True)


class Encounter(Row):
    """One visit or stay, and its documentation."""

    number = models.CharField(max_length=14, unique=True)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE)
    day = models.DateField()


class Claim(Row):
    """One claim.

    `queue` is "pending" until the office has sent it, then "historical". `status` is one of
    STATUSES. Provider NPIs stand on the claim itself; `<role>_record` links the master file.
    """

    STATUSES = (
        "Ready for review",  # not yet sent
        "Draft",  # not yet sent
        "Submitted",
        "In process",
        "Paid",
        "Denied",
        "Appealed",
        "Under audit",
    )

    number = models.CharField(max_length=14, unique=True)
    type = models.CharField(max_length=13, default="professional")  # or "institutional"
    queue = models.CharField(max_length=10, default="pending", db_index=True)
    status = models.CharField(max_length=20, default="Ready for review", db_index=True)
    on_hold = models.BooleanField(default=False)
    hold_reason = models.CharField(max_length=200, blank=True)
    facility = models.ForeignKey(Facility, on_delete=models.PROTECT)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT)
    encounter = models.ForeignKey(Encounter, null=True, on_delete=models.PROTECT)
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT)
    member_id = models.CharField(max_length=30, blank=True)
    group_number = models.CharField(max_length=30, blank=True)
    relationship = models.CharField(max_length=12, default="self")

    billing_name = models.CharField(max_length=80, blank=True)
    billing_npi = models.CharField(max_length=10, blank=True)
    billing_taxonomy = models.CharField(max_length=10, blank=True)
    billing_record = models.ForeignKey(
        ProviderRecord, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    rendering_name = models.CharField(max_length=80, blank=True)
    rendering_npi = models.CharField(max_length=10, blank=True)
    rendering_taxonomy = models.CharField(max_length=10, blank=True)
    rendering_record = models.ForeignKey(
        ProviderRecord, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ordering_name = models.CharField(max_length=80, blank=True)
    ordering_npi = models.CharField(max_length=10, blank=True)
    ordering_record = models.ForeignKey(
        ProviderRecord, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    referring_name = models.CharField(max_length=80, blank=True)
    referring_npi = models.CharField(max_length=10, blank=True)
    referring_record = models.ForeignKey(
        ProviderRecord, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    attending_name = models.CharField(max_length=80, blank=True)  # institutional
    attending_npi = models.CharField(max_length=10, blank=True)
    attending_record = models.ForeignKey(
        ProviderRecord, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    # Codes in order, written with their dot and separated by a blank: "E11.9 I10".
    diagnoses = models.CharField(max_length=200, blank=True)
    # Institutional only: POA indicators in the same order, e.g. "Y N Y".
    present_on_admission = models.CharField(max_length=60, blank=True)
    place_of_service = models.CharField(max_length=2, blank=True)
    bill_type = models.CharField(max_length=4, blank=True)
    frequency_code = models.CharField(max_length=1, default="1")
    original_reference = models.CharField(max_length=30, blank=True)
    authorization = models.CharField(max_length=30, blank=True)
    statement_from = models.DateField(null=True, blank=True)
    statement_through = models.DateField(null=True, blank=True)
    admitted_on = models.DateField(null=True, blank=True)
    discharge_status = models.CharField(max_length=2, blank=True)
    condition_codes = models.CharField(max_length=40, blank=True)
    total_charge = models.DecimalField(max_digits=12, decimal_places=2)
    coder = models.CharField(max_length=20, blank=True)
    created_on = models.DateField()
    submitted_on = models.DateField(null=True, blank=True)
    service_from = models.DateField(db_index=True)  # the earliest line, for search and sorting

    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(auto_now=True)


class ServiceLine(Row):
    """One line. Dates as dates; `modifiers` "25 59"; `pointers` "1 2"."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="lines")
    claim_id: int
    number = models.PositiveSmallIntegerField()
    revenue_code = models.CharField(max_length=4, blank=True)
    procedure = models.CharField(max_length=5, blank=True)
    modifiers = models.CharField(max_length=11, blank=True)
    service_date = models.DateField(null=True, blank=True)
    service_date_end = models.DateField(null=True, blank=True)
    place_of_service = models.CharField(max_length=2, blank=True)
    pointers = models.CharField(max_length=11, blank=True)
    units = models.DecimalField(max_digits=9, decimal_places=2)
    charge = models.DecimalField(max_digits=12, decimal_places=2)
    ndc = models.CharField(max_length=13, blank=True)
    ndc_quantity = models.DecimalField(max_digits=9, decimal_places=3, null=True, blank=True)
    ndc_unit = models.CharField(max_length=2, blank=True)
    description = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=("claim", "number"), name="one_line_a_number"),
        )


class Order(Row):
    """An order in the encounter's documentation."""

    encounter = models.ForeignKey(Encounter, on_delete=models.CASCADE, related_name="orders")
    number = models.CharField(max_length=14)
    code = models.CharField(max_length=5)
    ordered_on = models.DateField()
    ordered_by_npi = models.CharField(max_length=10, blank=True)
    signed = models.BooleanField(default=True)


class ProcedureEntry(Row):
    """One row of the procedure log."""

    encounter = models.ForeignKey(Encounter, on_delete=models.CASCADE, related_name="procedures")
    number = models.CharField(max_length=14)
    code = models.CharField(max_length=5)
    performed_on = models.DateField()
    units = models.DecimalField(max_digits=9, decimal_places=2, default=1)
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    performed_by_npi = models.CharField(max_length=10, blank=True)
    signed = models.BooleanField(default=True)


class Administration(Row):
    """One row of the medication administration record; `units` are billing units."""

    encounter = models.ForeignKey(
        Encounter, on_delete=models.CASCADE, related_name="administrations"
    )
    number = models.CharField(max_length=14)
    code = models.CharField(max_length=5)
    ndc = models.CharField(max_length=13)
    given_on = models.DateField()
    units = models.DecimalField(max_digits=9, decimal_places=2)
    dose = models.CharField(max_length=20, blank=True)
    route = models.CharField(max_length=10, blank=True)
    signed = models.BooleanField(default=True)


class NoteHeading(Row):
    """The heading of a visit note; its text is not kept here."""

    encounter = models.ForeignKey(Encounter, on_delete=models.CASCADE, related_name="headings")
    title = models.CharField(max_length=80)
    written_on = models.DateField()
    author_npi = models.CharField(max_length=10, blank=True)
    signed = models.BooleanField(default=True)


class ClaimNote(Row):
    """A note somebody put on a claim; `key` is what the writer may find it again by."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="notes")
    author = models.CharField(max_length=40)
    key = models.CharField(max_length=40, blank=True, db_index=True)
    text = models.CharField(max_length=1000)
    written_at = models.DateTimeField(auto_now_add=True)


class ClaimEvent(Row):
    """The claim's history as the History tab shows it."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    who = models.CharField(max_length=40)
    # created, line added, line changed, line removed, field changed, recalculated, hold,
    # release, note, submitted
    what = models.CharField(max_length=40)
    detail = models.CharField(max_length=300, blank=True)


class Witness(Row):
    """Every stored write to a claim, put here by database triggers, never by a view.

    `row` is the changed row's id, `op` insert, update or delete, `before` and `after` JSON.
    """

    at = models.DateTimeField()
    table = models.CharField(max_length=40)
    op = models.CharField(max_length=6)
    row = models.BigIntegerField()
    claim = models.BigIntegerField(null=True)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)


class Account(Row):
    """What log-in keeps about a person beside Django's user: the one-time code and the tries.

    `last_step` is the newest TOTP step that was used; `failures` counts wrong tries since the
    last log-in, and at five the account is locked until a supervisor resets it.
    """

    user = models.OneToOneField("auth.User", on_delete=models.CASCADE)
    seed = models.CharField(max_length=64)
    last_step = models.BigIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)
    locked = models.BooleanField(default=False)
