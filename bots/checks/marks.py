"""Marks: what a claim shows at a glance, so that only the checks it concerns are asked.

A check names in `when` groups of marks; it is asked about a claim that shows one of each
group, and one that names none is asked about every claim. Marks may be too many, never too
few: a test holds what all checks say against what the marked ones say. `bots.checks.glance`
sets them.
"""

from __future__ import annotations

from enum import IntFlag, auto


class Mark(IntFlag):
    """One thing that a claim shows. Where a line says "code", it is the procedure's."""

    PROFESSIONAL = auto()
    INSTITUTIONAL = auto()
    MEDICARE = auto()
    FEMALE = auto()  # the patient; both are shown where the sex is unknown
    MALE = auto()
    NOT_FIRST = auto()  # a frequency code other than 1, or an original reference
    OTHER_PAYER = auto()  # another payer is named, this one is not the primary, or an accident
    HISTORY = auto()  # the patient's other claims are at hand, and there are some
    NEAR = auto()  # of these a line on one of the claim's days, or the day before or after
    OPERATED = auto()  # of these a surgery within three months before the claim, or about its days
    DOCUMENTED = auto()  # there is documentation
    LINES = auto()  # more than one line
    SPAN = auto()  # a line, or the claim's statement, has a last day other than the first
    UNITS = auto()  # units other than 1, or counted in anything but units
    ODD_MODIFIER = auto()  # a modifier that no row of its table holds on the day
    MODIFIED = auto()  # a line with a modifier
    SAME_CODE = auto()  # a code on two lines
    SEVERAL_DIAGNOSES = auto()
    NDC = auto()  # a line with an NDC or a part of one, or a code that needs one
    EM = auto()  # a code of evaluation and management
    LABORATORY = auto()  # 80047-89398, pathology included
    MEDICINE = auto()  # 90281-99199, 99500-99607
    THERAPY = auto()  # 97010-97799, 92507-92526 and kind "therapy"
    ANESTHESIA = auto()  # 00100-01999
    DRUG = auto()  # J, Q and other drug codes, and kind "drug"
    HCPCS = auto()  # a code that begins with a letter
    NEVER_TOGETHER = auto()  # two lines whose codes stand in an edit with indicator 0
    LIFTABLE = auto()  # two lines whose codes stand in an edit that a modifier lifts
    ODD_CODE = auto()  # a code that no row of its table holds on the day
    DAYS = auto()  # lines of several days
    ELSEWHERE = auto()  # a line in another place than an office or a hospital's clinic
    HOSPITAL = auto()  # place of service 19, 21, 22 or 23, of a line or of the claim
    NO_CLIA = auto()  # no CLIA number
    NO_ORDERER = auto()  # nobody ordered or referred
    REMOTE = auto()  # place 02 or 10, or modifier 93, 95, GT, GQ, G0, FQ, FR

    # What is not as it is on an ordinary claim.
    GAP = auto()  # empty, where a claim of its type has something
    FORM = auto()  # a code or number without the form that such a one has
    SUM = auto()  # the total is not the sum of the lines, or an amount is below zero
    TIMES = auto()  # a date in the future, before the birth, outside the statement, backwards
    POINTERS = auto()  # a pointer to nothing, twice the same, more than four
    UNSOUND_NPI = auto()  # of a provider or a line
    OTHER_RECORD = auto()  # a provider whose linked record has another NPI
    ORGANIZATION = auto()  # a record of an organization in another role than to bill or house
    LIMITED_RECORD = auto()  # a record that begins or ends
    NO_TAXONOMY = auto()  # none of a role of which the payer wants it
    ODD_TAXONOMY = auto()  # one that no row of its table holds
    SERVICE_FACILITY = auto()
    SELF_ORDERED = auto()  # the biller's NPI is that of who ordered or referred
    PAYER = auto()  # an unknown payer
    MEMBER_ID = auto()  # one that is not of its payer's form
    NOT_SELF = auto()  # the patient is not the subscriber
    LATE = auto()  # filed after the payer's limit, or that limit is not known
    ODD_DIAGNOSIS = auto()  # a diagnosis that its table does not hold as billable on the day
    SAME_DIAGNOSIS = auto()
    SAME_CATEGORY = auto()  # two diagnoses that begin with the same three characters
    EXCLUDING = auto()  # an Excludes1 note of a diagnosis names the category of one
    MISORDERED = auto()  # a code-first note of a diagnosis names the category of one
    SIDED_DIAGNOSIS = auto()  # a diagnosis of a side, or that leaves its side open
    PRESENT_ON_ADMISSION = auto()  # a diagnosis with an indicator
    PLACE = auto()  # a place of service that is unknown, or not one of the code's
    OVER = auto()  # units above an MUE on a line or a day
    ADD_ON = auto()
    ORDERED = auto()  # a code that somebody must have ordered
    UNLISTED = auto()
    POLICY = auto()  # a code that a coverage policy speaks of
    OFFICE = auto()  # the office wrote down rules about the payer or the facility


# What only a table, or a part of the case, can show. Where it is missing, nobody knows, and
# a check that needs it says so.
OF_TABLES = {
    "procedure": (
        Mark.ODD_CODE | Mark.ORDERED | Mark.NDC | Mark.UNLISTED | Mark.PLACE | Mark.DRUG
        | Mark.HCPCS
    ),
    "mpfs": Mark.OPERATED,
    "icd10cm": (
        Mark.ODD_DIAGNOSIS | Mark.SIDED_DIAGNOSIS | Mark.EXCLUDING
        | Mark.MISORDERED
    ),
    "ptp_practitioner": Mark.NEVER_TOGETHER | Mark.LIFTABLE,
    "ptp_outpatient": Mark.NEVER_TOGETHER | Mark.LIFTABLE,
    "mue_practitioner": Mark.OVER,
    "mue_outpatient": Mark.OVER,
    "mue_dme": Mark.OVER,
    "add_on": Mark.ADD_ON,
    "policy_procedure": Mark.POLICY,
    "place_of_service": Mark.PLACE,
    "taxonomy": Mark.ODD_TAXONOMY,
    "modifier": Mark.ODD_MODIFIER,
    "payer_rule": Mark.PAYER | Mark.MEMBER_ID | Mark.NO_TAXONOMY | Mark.LATE,
    "office_rule": Mark.OFFICE,
}  # fmt: skip
OF_PARTS = {"documentation": Mark.DOCUMENTED, "history": Mark.HISTORY | Mark.NEAR | Mark.OPERATED}
