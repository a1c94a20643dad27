"""A finding in words for a person: what is wrong, by what authority, what a payer would answer.

The sentences come from the check's own page (docs/checks/<id>.md), so that they cannot say
something else than the page; the codes of the remittance are said in our own short words. Why
the bot may do something about it, or not, is policy's answer and comes in as an argument.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bots.checks.catalogue import Check
from bots.checks.findings import Class, Denial, Finding

WHAT, WHY = "What it finds", "Why it is denied"
BOT, REMEDY = "What the bot may do about it", "What would make it right"

GROUPS: Mapping[str, str] = {
    "CO": "the office may not bill it to the patient",
    "PR": "the patient may be billed",
    "OA": "neither side's share; it is settled elsewhere",
    "PI": "the payer took it off on its own",
}
# Our own words, for the codes that the checks give; the official texts stand in the X12 lists.
REASONS: Mapping[str, str] = {
    "4": "the modifier does not go with the code",
    "5": "the place of service does not go with the code or bill type",
    "6": "the code does not go with the patient's age",
    "7": "the code does not go with the patient's sex",
    "8": "the code does not go with the provider's specialty",
    "9": "the diagnosis does not go with the patient's age",
    "10": "the diagnosis does not go with the patient's sex",
    "11": "the diagnosis does not go with the procedure",
    "13": "the service is dated after the patient's death",
    "14": "the service is dated before the patient's birth",
    "16": "something that the claim needs is missing or wrong",
    "18": "the same claim or service was sent before",
    "19": "workers' compensation is to pay",
    "20": "a liability insurer is to pay",
    "21": "the no-fault insurer is to pay",
    "22": "another payer may have to pay first",
    "23": "what other payers did leaves nothing to pay",
    "26": "the service was before the coverage began",
    "27": "the service was after the coverage ended",
    "29": "the claim came after the time limit",
    "31": "the payer does not know the patient",
    "39": "the service was refused when it was asked for",
    "49": "a routine or screening service is not paid",
    "50": "the payer does not hold the service to be necessary",
    "54": "so many physicians are not paid for this case",
    "58": "the service was given at a place that does not fit",
    "59": "it is paid by the rules for several procedures at once",
    "60": "outpatient services close to a stay are part of the stay",
    "89": "professional fees were taken off",
    "96": "the service is not covered",
    "97": "it is paid within another service",
    "107": "the service that it belongs to is not on the claim",
    "109": "another payer or contractor is to be billed",
    "110": "the bill is older than the service",
    "114": "the product is not approved",
    "119": "the most that is paid for the time is used up",
    "125": "the bill has an error",
    "129": "what an earlier payer is said to have done looks wrong",
    "140": "number and name of the insured do not belong together",
    "146": "the diagnosis was not valid on the day",
    "147": "the contracted rate has run out or does not apply",
    "150": "the record does not support this level",
    "151": "the record does not support so many, or so often",
    "152": "the record does not support this length",
    "153": "the record does not support this dosage",
    "167": "the diagnosis is not covered",
    "170": "this kind of provider is not paid for it",
    "171": "this kind of provider is not paid for it at this place",
    "172": "this specialty is not paid for it",
    "181": "the procedure code was not valid on the day",
    "182": "the modifier was not valid on the day",
    "183": "the one who referred may not refer this",
    "184": "the one who ordered may not order this",
    "185": "the one who rendered it may not do this",
    "190": "it is paid within the nursing facility's stay",
    "197": "no authorization was given beforehand",
    "198": "more than was authorized",
    "199": "revenue code and procedure do not match",
    "204": "the patient's plan does not cover it",
    "206": "the NPI is missing",
    "207": "the NPI has a wrong form",
    "208": "the NPI is not the one on file",
    "222": "more units than the contract allows",
    "226": "what the provider was asked for did not come",
    "231": "the two procedures exclude each other on that day",
    "234": "the procedure is not paid apart",
    "236": "the combination of codes or modifiers is not payable together",
    "242": "the provider is not in the network",
    "246": "a code that only informs is not paid",
    "252": "a document is needed to decide",
    "256": "the contract does not pay it",
    "272": "coverage guidelines were not met or were exceeded",
    "A8": "no DRG can be found for the claim",
    "B1": "a visit that is not covered",
    "B7": "the provider was not eligible on the day",
    "B9": "the patient is in a hospice",
    "B10": "a part was paid within another service already",
    "B14": "only one visit a day by one physician is paid",
    "B15": "the service that it presupposes is missing",
    "B16": "the patient was no new one",
    "B20": "somebody else gave the service, in part or whole",
}
REMARKS: Mapping[str, str] = {
    "M2": "not apart while the patient is an inpatient",
    "M15": "parts of one procedure were billed apart",
    "M20": "the procedure code",
    "M44": "a condition code",
    "M45": "an occurrence code",
    "M46": "an occurrence span code",
    "M47": "the payer's number of the claim before",
    "M49": "a value code or its amount",
    "M50": "a revenue code",
    "M51": "a procedure code",
    "M52": "the first day of service",
    "M53": "days or units",
    "M54": "the total charge",
    "M56": "the payer's identifier",
    "M59": "the last day of service",
    "M64": "a further diagnosis",
    "M67": "a further procedure",
    "M76": "a diagnosis",
    "M77": "the place of service",
    "M79": "a charge",
    "M80": "not in the same session as an other service",
    "M81": "the most specific code",
    "M119": "the National Drug Code",
    "M123": "name, strength or dose of the drug",
    "M144": "care around an operation is paid within it",
    "MA04": "what the first payer paid",
    "MA30": "the type of bill",
    "MA31": "the first and last day of the bill",
    "MA36": "the patient's name",
    "MA37": "the patient's address",
    "MA39": "the patient's sex",
    "MA40": "the admission date",
    "MA41": "the type of admission",
    "MA42": "the source of admission",
    "MA43": "the patient's status",
    "MA63": "the principal diagnosis",
    "MA65": "the admitting diagnosis",
    "MA66": "the principal procedure",
    "MA92": "the other insurance",
    "MA120": "the CLIA number",
    "MA130": "the claim cannot be processed; send it anew",
    "N19": "part of the primary procedure",
    "N20": "not with another service of the day",
    "N30": "not for this patient",
    "N47": "another stay covers the same days",
    "N50": "the discharge",
    "N56": "the code does not fit the service or the day",
    "N61": "other services belong on other claims",
    "N63": "rebill on separate lines",
    "N65": "the fee schedule has no price for it",
    "N70": "consolidated billing",
    "N113": "one first visit by a group or specialty",
    "N115": "a local coverage policy",
    "N122": "an add-on code alone",
    "N129": "not at this age",
    "N130": "see the plan's own rules",
    "N173": "the hospital stay that must go before",
    "N180": "not in this episode",
    "N203": "the time of anesthesia",
    "N208": "the DRG",
    "N251": "the attending provider's taxonomy",
    "N253": "the attending provider's identifier",
    "N255": "the billing provider's taxonomy",
    "N257": "the billing provider's identifier",
    "N262": "the operating provider's identifier",
    "N264": "the ordering provider's name",
    "N265": "the ordering provider's identifier",
    "N284": "the referring provider's taxonomy",
    "N286": "the referring provider's identifier",
    "N288": "the rendering provider's taxonomy",
    "N290": "the rendering provider's identifier",
    "N299": "the day of an occurrence",
    "N300": "the days of an occurrence span",
    "N305": "the date of the accident",
    "N329": "the birth date",
    "N350": "the description of an unlisted service",
    "N362": "more units than the maximum",
    "N381": "the contract's own rules",
    "N382": "the patient's identifier",
    "N386": "a national coverage policy",
    "N390": "not billed apart",
    "N418": "sent to the wrong payer",
    "N425": "excluded by statute",
    "N428": "not at this place",
    "N432": "adjusted after a review of the record",
    "N434": "the present-on-admission indicator",
    "N463": "what supports the claim",
    "N471": "the HIPPS code",
    "N519": "the modifiers do not go together",
    "N521": "not what the payer has on file",
    "N620": "the code only informs",
    "N640": "more, or more often, than is paid",
    "N657": "another code is meant for this",
    "N705": "documentation that is incomplete or not valid",
    "N706": "documentation",
    "N815": "the unit count of a National Drug Code",
    "N822": "a modifier is missing",
    "N823": "a modifier is not valid",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """What `check --explain` says of one finding, part by part; empty where nothing is known."""

    what: str
    authority: str
    tables: str
    denial: str
    remedy: str
    answer: str


def explain(check: Check, finding: Finding, page: str, answer: Class, reason: str) -> Explanation:
    """Put one finding into words.

    Args:
        page: the text of the check's page, empty where there is none.
        answer: what policy makes of the finding.
        reason: policy's own reason for it.
    """
    said = sections(page)
    may = _first(said.get(BOT, ""))
    return Explanation(
        what=_first(said.get(WHAT, "")) or check.title,
        authority=check.authority,
        tables=finding.table or "it needs none",
        denial=denial_in_words(finding.denial) if finding.denial else _first(said.get(WHY, "")),
        remedy=_first(said.get(REMEDY, "")) or _changes(finding),
        answer=f"{_ANSWERS[answer]}: {reason}" + (f". {may}" if may else ""),
    )


_ANSWERS = {
    Class.AUTO: "the bot corrects it",
    Class.PROPOSE: "the bot proposes a change and a person decides",
    Class.FLAG: "the bot changes nothing and flags it",
}


def denial_in_words(denial: Denial) -> str:
    """`CO-16 MA120: something that the claim needs is missing or wrong (the CLIA number); ...`."""
    reason = REASONS.get(denial.carc, "")
    remark = REMARKS.get(denial.rarc, "")
    words = f"{reason} ({remark})" if reason and remark else reason or remark
    group = GROUPS.get(denial.group, "")
    return f"{denial}: " + "; ".join(part for part in (words, group) if part)


def sections(page: str) -> dict[str, str]:
    """The text under each heading of a page, without its code blocks."""
    bare = re.sub(r"^```.*?^```\n?", "", page, flags=re.DOTALL | re.MULTILINE)
    found = {}
    for part in re.split(r"^## ", bare, flags=re.MULTILINE)[1:]:
        heading, _, text = part.partition("\n")
        found[heading.strip()] = text.strip()
    return found


def _first(text: str) -> str:
    """The first paragraph, on one line."""
    return " ".join(text.split("\n\n", 1)[0].split())


def _changes(finding: Finding) -> str:
    changes = finding.repair.changes if finding.repair else ()
    return "; ".join(
        f"{change.field.replace('_', ' ')}{f' of line {change.line}' if change.line else ''}: "
        f"{change.from_ or '(empty)'} becomes {change.to or '(empty)'}"
        for change in changes
    )
