"""By e-mail: TLS from the start (RFC 8314) or STARTTLS (RFC 3207), the certificate checked."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime

from bots.alerts.message import Alert
from bots.alerts.sending import CALL_SECONDS, Busy, NotSent, NotToAll
from bots.config.alerts import Alerts
from bots.secrets import read_reference


def give(alert: Alert, settings: Alerts) -> None:
    """Hand it to the mail server.

    Raises:
        Busy: no connection, a time-out, or the server says "later".
        NotToAll: the server took it for some of the recipients only.
        NotSent: the server refused, or its certificate is not to be trusted.
        Problem: the password is not where its reference says.
    """
    password = read_reference(settings.smtp_password) if settings.smtp_password else ""
    try:
        with _connected(settings) as server:
            if settings.smtp_user:
                server.login(settings.smtp_user, password)
            refused = server.send_message(_letter(alert, settings))
    except ssl.SSLError as error:
        raise NotSent(
            f"the mail server's certificate or TLS: {error.reason or 'refused'}"
        ) from None
    except smtplib.SMTPResponseException as error:
        kind = Busy if 400 <= error.smtp_code < 500 else NotSent
        raise kind(f"the mail server answered {error.smtp_code}") from None
    except smtplib.SMTPRecipientsRefused as error:
        codes = _codes(error.recipients)
        kind = Busy if codes and codes[-1] < 500 else NotSent
        raise kind(f"the mail server refused the recipients ({codes})") from None
    except (smtplib.SMTPServerDisconnected, OSError) as error:
        raise Busy(f"no connection to the mail server ({type(error).__name__})") from None
    if refused:
        some = f"{len(refused)} of {len(settings.mail_to)} recipients ({_codes(refused)})"
        raise NotToAll(f"the mail server refused {some}")


def _codes(refused: Mapping[str, tuple[int, bytes]]) -> list[int]:
    """What the server answered of some recipients, each code once; its words may name them."""
    return sorted({code for code, _ in refused.values()})


def _connected(settings: Alerts) -> smtplib.SMTP:
    trust = ssl.create_default_context()
    # Not the fully qualified name: looking that up may take longer than the call itself.
    me = socket.gethostname() or "localhost"
    host, port = settings.smtp_host, settings.smtp_port
    if settings.smtp_security == "tls":
        return smtplib.SMTP_SSL(host, port, me, timeout=CALL_SECONDS, context=trust)
    server = smtplib.SMTP(host, port, me, timeout=CALL_SECONDS)
    if settings.smtp_security == "starttls":
        try:
            server.starttls(context=trust)
        except smtplib.SMTPNotSupportedError:
            server.close()
            raise NotSent("the mail server offers no STARTTLS") from None
        except BaseException:
            server.close()
            raise
    return server


def _letter(alert: Alert, settings: Alerts) -> EmailMessage:
    letter = EmailMessage()
    letter["Subject"] = alert.headline
    letter["From"] = settings.mail_from
    letter["To"] = ", ".join(settings.mail_to)
    letter["Date"] = format_datetime(datetime.now(UTC))
    letter["Message-ID"] = f"<{alert.reference}@{alert.origin}>"
    letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    letter.set_content(alert.text())
    return letter
