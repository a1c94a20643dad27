"""What a work item may ask for: read strictly, refused with the key and never the value."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bots.errors import Problem


class CheckOrder(BaseModel):
    """Files to check; files may also be attached to the item."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    files: tuple[Path, ...] = ()
    history: tuple[Path, ...] = ()
    as_of: date | None = None


# An empty number, or a list without one, would ask for something else than it says.
ClaimNumber = Annotated[str, Field(min_length=1)]


class RunOrder(BaseModel):
    """A run over a portal's queue; the task says which queue. `claims` narrows it to these."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    portal: str
    since: date | None = None
    until: date | None = None
    facility: str = ""
    code: str = ""
    min_charge: Decimal | None = None
    limit: int | None = Field(default=None, ge=1)
    claims: tuple[ClaimNumber, ...] | None = Field(default=None, min_length=1)
    shadow: bool = False
    pages: int | None = Field(default=None, ge=1, le=8)
    as_of: date | None = None


Order = TypeVar("Order", bound=BaseModel)


def order_of(form: type[Order], payload: object) -> Order:
    """The order that a work item's payload says.

    Raises:
        Problem: a key is unknown, missing or of another form.
    """
    try:
        return form.model_validate({} if payload is None else payload)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        where = ".".join(["payload", *map(str, first["loc"])])
        known = ", ".join(form.model_fields)
        raise Problem(
            str(first["msg"]), where=where, do=f"correct the work item; it may have: {known}"
        ) from None
