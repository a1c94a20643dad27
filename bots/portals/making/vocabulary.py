"""What portals call things: for each of our names, words that stand on screens for it.

Only for the first draft of a selector file (`claimbots portal record`): a person reads the draft.
Words are compared in small letters, without punctuation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

CLAIM: Mapping[str, tuple[str, ...]] = {
    "claim_number": (
        "claim number", "claim no", "claim id", "claim", "invoice number", "invoice no",
        "invoice", "encounter number", "account number", "reference",
    ),
    "version": ("version", "revision"),
    "claim_type": ("claim type", "type", "form type"),
    "status": ("status", "state", "claim status"),
    "on_hold": ("on hold", "hold"),
    "facility_code": ("facility code", "site code", "location code"),
    "facility_name": ("facility", "facility name", "location", "site", "institution"),
    "facility_state": ("facility state",),
    "frequency_code": ("frequency code", "claim frequency", "resubmission code"),
    "original_reference": ("original reference", "original claim number", "payer claim number"),
    "authorization": ("authorization", "prior authorization", "authorization number"),
    "place_of_service": ("place of service", "pos"),
    "bill_type": ("bill type", "type of bill"),
    "statement_from": ("statement from", "from date"),
    "statement_through": ("statement through", "through date"),
    "admitted_on": ("admitted on", "admission date"),
    "discharge_status": ("discharge status", "patient status"),
    "condition_codes": ("condition codes",),
    "coder": ("coder", "coded by"),
    "created_on": ("created on", "created", "entered on"),
    "submitted_on": ("submitted on", "submitted", "sent on"),
    "encounter": ("encounter", "visit"),
    "total_charge": ("total charge", "total charges", "total", "sum", "amount"),
    "record_number": (
        "record number", "medical record number", "mrn", "chart no", "chart number",
        "patient id", "patient number", "puid",
    ),
    "last_name": ("last name", "family name", "surname", "patient last name"),
    "first_name": ("first name", "given name", "patient first name"),
    "birth_date": ("birth date", "date of birth", "dob", "born"),
    "sex": ("sex", "gender"),
    "died_on": ("died on", "date of death"),
    "address": ("address", "street"),
    "city": ("city", "town"),
    "state": ("patient state", "state of residence"),
    "postal_code": ("postal code", "zip", "zip code"),
    "payer_id": ("payer id", "insurer code", "payer code", "plan id"),
    "payer_name": ("payer", "payer name", "insurer", "insurance", "insurance company", "plan"),
    "filing_indicator": ("filing indicator", "claim filing indicator"),
    "member_id": (
        "member id", "policy no", "policy number", "subscriber id", "insured id",
        "member number", "insurance number",
    ),
    "group_number": ("group number", "group no", "group"),
    "relationship": ("relationship to subscriber", "relationship"),
    "billing_npi": ("billing npi", "billing provider npi"),
    "rendering_npi": ("rendering npi", "rendering provider npi"),
    "ordering_npi": ("ordering npi", "ordering provider npi"),
    "referring_npi": ("referring npi", "referring provider npi"),
    "attending_npi": ("attending npi", "attending provider npi"),
}  # fmt: skip
LINE: Mapping[str, tuple[str, ...]] = {
    "number": ("line", "item", "no", "number", "line number"),
    "procedure": ("procedure", "code", "cpt", "hcpcs", "cpt hcpcs", "procedure code", "service"),
    "modifiers": ("modifiers", "modifier", "mods", "mod"),
    "units": ("units", "quantity", "qty", "days or units"),
    "charge": ("charge", "charges", "price", "amount"),
    "service_date": ("service date", "date of service", "dos", "day", "date", "from"),
    "service_date_end": ("through", "to", "end date"),
    "place_of_service": ("place of service", "pos"),
    "pointers": ("pointers", "diagnosis pointers", "dx pointers", "diagnoses", "dx"),
    "revenue_code": ("revenue", "revenue code", "rev"),
    "ndc": ("ndc", "national drug code"),
    "ndc_quantity": ("ndc quantity", "drug quantity"),
    "ndc_unit": ("ndc unit", "drug unit"),
    "description": ("description", "remarks"),
}
DIAGNOSIS: Mapping[str, tuple[str, ...]] = {
    "position": ("position", "no", "number", "rank"),
    "code": ("code", "icd", "icd 10", "icd 10 cm", "diagnosis", "diagnosis code"),
    "kind": ("kind", "type"),
    "present_on_admission": ("present on admission", "poa"),
}
PROVIDER: Mapping[str, tuple[str, ...]] = {
    "role": ("role", "part"),
    "name": ("name", "provider"),
    "npi": ("npi",),
    "taxonomy": ("taxonomy", "specialty"),
}
NOTE: Mapping[str, tuple[str, ...]] = {
    "key": ("key",),
    "text": ("note", "notes", "remark", "remarks", "comment", "comments", "text"),
}
LISTED: Mapping[str, tuple[str, ...]] = {
    "number": CLAIM["claim_number"],
    "status": CLAIM["status"],
}
# Elements of screens beside a claim's own.
DOOR: Mapping[str, tuple[str, ...]] = {
    "username": ("user name", "username", "user", "login", "e mail", "email", "your name"),
    "password": ("password", "secret", "pass phrase"),
    "code": ("one time code", "verification code", "security code", "code"),
}
ENTER = ("log in", "login", "sign in", "enter", "continue", "submit")
SAVE = ("save", "update", "save changes", "apply", "store")
NOTE_TEXT = ("note text", "note", "remark", "comment")
ADD_NOTE = ("add note", "put down", "add remark", "add comment", "save note")
EDIT = ("edit claim", "edit", "change", "modify")


def plain_words(text: str) -> str:
    """A label without case, punctuation and units in brackets: "Charge ($)" is "charge"."""
    text = re.sub(r"\([^)]*\)", " ", text.lower())
    return " ".join(re.sub(r"[^a-z0-9]+", " ", text).split())


def named(text: str, words: Mapping[str, tuple[str, ...]]) -> str:
    """Our name for what a label says, or nothing where it says none of the words."""
    said = plain_words(text)
    return next((name for name, known in words.items() if said in known), "")
