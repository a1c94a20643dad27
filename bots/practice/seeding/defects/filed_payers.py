# ruff: noqa: D103 - the name of a function says how it spoils a claim
"""Whose turn it is to pay, whether they cover the day, and which claim this one replaces."""

from __future__ import annotations

from datetime import timedelta

from bots.practice.seeding.defects.filed import misfiled
from bots.practice.seeding.filed import Filer, Filing
from bots.practice.seeding.filed_recipes import (
    accident_with_its_payer,
    authorized,
    commercial_visit,
    first_of_two,
    hospice_patient,
    laboratory,
    replacement,
    secondary,
    therapy,
    visit,
)


@misfiled("cob", "cob-primary-missing", secondary)
def first_payer_left_out(filer: Filer, filing: Filing) -> None:
    filing.claim["other_payers"] = []


@misfiled("cob", "cob-payment-missing", secondary)
def first_payment_left_out(filer: Filer, filing: Filing) -> None:
    filing.claim["other_payers"][0]["paid"] = None


@misfiled("cob", "cob-same-rank", secondary)
def two_of_one_rank(filer: Filer, filing: Filing) -> None:
    filing.claim["other_payers"].append({"payer_id": "UNITY", "rank": "primary", "paid": "0.00"})


@misfiled("cob", "cob-later-payer-paid", first_of_two, severity="warning")
def second_payer_paid_first(filer: Filer, filing: Filing) -> None:
    filing.claim["other_payers"][0]["paid"] = "40.00"


@misfiled("cob", "cob-paid-above-total", secondary, severity="warning")
def paid_more_than_billed(filer: Filer, filing: Filing) -> None:
    filing.claim["other_payers"][0]["paid"] = "99000.00"


@misfiled("cob", "cob-paid-below-zero", secondary)
def recovery_as_payment(filer: Filer, filing: Filing) -> None:
    filing.claim["other_payers"][0]["paid"] = "-12.00"


@misfiled("cob", "msp-accident", accident_with_its_payer, severity="warning")
def accident_to_medicare_first(filer: Filer, filing: Filing) -> None:
    filing.claim["coverage"]["rank"] = "primary"
    filing.claim["other_payers"] = []


@misfiled("eligibility", "member-not-found", visit)
def nobody_knows_the_member(filer: Filer, filing: Filing) -> None:
    filing.eligibility = []


@misfiled("eligibility", "not-covered-on-day", visit)
def coverage_had_ended(filer: Filer, filing: Filing) -> None:
    filing.eligibility[0]["until"] = (filing.day - timedelta(days=3)).isoformat()


@misfiled("eligibility", "not-covered-on-day", commercial_visit)
def coverage_not_yet_begun(filer: Filer, filing: Filing) -> None:
    filing.eligibility[0]["since"] = (filing.day + timedelta(days=1)).isoformat()


@misfiled("eligibility", "coverage-with-another-payer", visit)
def advantage_plan(filer: Filer, filing: Filing) -> None:
    filing.eligibility[0]["payer_id"] = "UNITY"


@misfiled("eligibility", "other-payer-first", visit)
def working_spouse(filer: Filer, filing: Filing) -> None:
    filing.eligibility.append({"kind": "other-payer", "since": "2026-01-01", "payer_id": "BLUE1"})


@misfiled("eligibility", "hospice-without-gv-gw", hospice_patient)
def hospice_not_said(filer: Filer, filing: Filing) -> None:
    filing.claim["lines"][0]["modifiers"] = []


@misfiled("eligibility", "snf-consolidated-billing", therapy, severity="warning")
def therapy_in_a_nursing_stay(filer: Filer, filing: Filing) -> None:
    filing.eligibility.append({"kind": "snf", "since": "2026-06-01"})


@misfiled("eligibility", "home-health-consolidated-billing", therapy, severity="warning")
def therapy_in_an_episode(filer: Filer, filing: Filing) -> None:
    filing.eligibility[1]["until"] = None


@misfiled("claim-frequency", "frequency-unknown", commercial_visit)
def no_such_frequency(filer: Filer, filing: Filing) -> None:
    filing.claim["frequency_code"] = filer.rng.choice(("", "3", "9"))


@misfiled("claim-frequency", "frequency-without-original", replacement)
def replaces_no_claim(filer: Filer, filing: Filing) -> None:
    filing.claim["original_reference"] = ""
    filing.history = []


@misfiled("claim-frequency", "frequency-original-with-reference", replacement, severity="warning",
          also=("duplicate", "em", "mue"))  # fmt: skip
def reference_on_a_first_claim(filer: Filer, filing: Filing) -> None:
    filing.claim["frequency_code"] = "1"
    filing.history = []


@misfiled("claim-frequency", "frequency-never-accepted", replacement, severity="warning")
def replaces_a_draft(filer: Filer, filing: Filing) -> None:
    filing.history[0] |= {"status": "Draft", "submitted_on": None}


@misfiled(
    "claim-frequency",
    "frequency-six",
    replacement,
    severity="warning",
    also=("duplicate", "em", "mue"),
)
def six_for_seven(filer: Filer, filing: Filing) -> None:
    filing.claim["frequency_code"] = "6"
    filing.history = []


@misfiled("claim-frequency", "frequency-not-taken-by-part-b", visit, severity="warning")
def replacement_to_part_b(filer: Filer, filing: Filing) -> None:
    first = filer.earlier(filing, 0, ("99211", "", 1))
    filing.claim |= {"frequency_code": "7", "original_reference": first["number"]}


@misfiled("authorization", "authorization-missing", authorized)
def number_left_out(filer: Filer, filing: Filing) -> None:
    filing.claim["authorization"] = ""


@misfiled("authorization", "authorization-unknown", authorized, severity="warning")
def number_mistyped(filer: Filer, filing: Filing) -> None:
    filing.claim["authorization"] = "AU51520"


@misfiled("authorization", "authorization-not-in-force", authorized)
def done_before_it_began(filer: Filer, filing: Filing) -> None:
    since = filing.day + timedelta(days=filer.rng.randint(1, 9))
    filing.authorizations[0]["since"] = since.isoformat()


@misfiled("authorization", "authorization-not-in-force", authorized)
def done_after_it_ended(filer: Filer, filing: Filing) -> None:
    until = filing.day - timedelta(days=filer.rng.randint(1, 9))
    filing.authorizations[0]["until"] = until.isoformat()


@misfiled("authorization", "authorization-other-code", authorized)
def given_for_another_code(filer: Filer, filing: Filing) -> None:
    filing.claim["authorization"] = "AU55121"


@misfiled("authorization", "authorization-units", authorized)
def used_up_before(filer: Filer, filing: Filing) -> None:
    other = filer.earlier(filing, 200, ("27130", "LT", 1))
    other["authorization"] = "AU55120"


@misfiled("clia", "clia-missing", laboratory)
def no_clia_number(filer: Filer, filing: Filing) -> None:
    filing.claim["clia"] = ""


@misfiled("clia", "clia-form", laboratory, also=("format",))
def clia_of_another_form(filer: Filer, filing: Filing) -> None:
    filing.claim["clia"] = filer.rng.choice(("36D000000", "36000000000", "CLIA36D00"))
