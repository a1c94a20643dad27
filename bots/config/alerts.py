"""`alerts:` in config/claimbots.yaml: who is told when something needs a person, and how."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from bots.config.models import AsWords, ConfigModel, SecretReference, checked_reference

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
# No blank and no line break: a mail's head cannot be continued with it.
_ADDRESS = r"^[^\s@<>,;:]+@[^\s@<>,;:]+$"
MailAddress = Annotated[str, StringConstraints(pattern=_ADDRESS, max_length=254)]


def checked_address(text: str) -> str:
    """A web address that may be posted to.

    Raises:
        ValueError: another one.
    """
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError("not a web address") from None
    if parts.scheme not in ("http", "https") or not host or parts.username or parts.password:
        raise ValueError("not a web address; write https://host/")
    if parts.scheme == "http" and host not in LOOPBACK:
        raise ValueError("not encrypted; use https:// (http:// only on this very machine)")
    return text


def _address_or_reference(text: str) -> str:
    is_address = text.startswith(("http:", "https:"))
    return checked_address(text) if is_address else checked_reference(text)


class Alerts(ConfigModel):
    """Who is told, and how. Nothing set: nobody."""

    mail_to: Annotated[tuple[MailAddress, ...], AsWords] = Field(
        default=(), description="Who gets a mail."
    )
    mail_from: MailAddress | None = Field(default=None, description="From whom it is.")
    smtp_host: str = Field(default="", description="The mail server.")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Its port.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description="starttls, or tls from the start; none only to a server on this very machine.",
    )
    smtp_user: str = Field(default="", description="The user there, if it asks for one.")
    smtp_password: SecretReference | None = Field(
        default=None, description="Where the password is: a reference."
    )
    webhook: Annotated[str, AfterValidator(_address_or_reference)] | None = Field(
        default=None, description="An https address that takes JSON, or a reference to one."
    )
    webhook_token: SecretReference | None = Field(
        default=None, description="Where the token is that goes with it (Authorization: Bearer)."
    )
    notifier: Annotated[str, StringConstraints(pattern=r"^[a-z]+$")] | None = Field(
        default=None, description="A provider of RPA.Notifier, such as slack or telegram."
    )
    notifier_arguments: SecretReference | None = Field(
        default=None, description="Where its arguments are, as one JSON text: a reference."
    )

    @model_validator(mode="after")
    def _is_whole(self) -> Alerts:
        if self.mail_to and not (self.mail_from and self.smtp_host):
            raise ValueError("mail_to without mail_from and smtp_host; add both")
        if self.mail_to and self.smtp_security == "none" and self.smtp_host not in LOOPBACK:
            raise ValueError("not encrypted; use starttls or tls (none only on this very machine)")
        if bool(self.smtp_user) != bool(self.smtp_password):
            raise ValueError("smtp_user and smtp_password go together; give both or none")
        if bool(self.notifier) != bool(self.notifier_arguments):
            raise ValueError("notifier and notifier_arguments go together; give both or none")
        return self
