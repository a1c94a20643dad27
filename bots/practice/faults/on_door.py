"""Faults at the door: log-in, one-time code, session, role."""

from __future__ import annotations

from urllib.parse import quote

from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase

from bots.practice.billing.paint import paint_of, show
from bots.practice.faults.registry import fault
from bots.practice.faults.switchboard import Active
from bots.practice.sessions import to_the_door


def _inside(request: HttpRequest) -> bool:
    return bool(request.user.is_authenticated) and not request.path.startswith("/login/")


def _end_session(request: HttpRequest, why: str = "expired") -> HttpResponseRedirect:
    request.session.flush()
    return to_the_door(request, why)


@fault("F08", "request")
def locked(active: Active, request: HttpRequest) -> HttpResponse | None:
    """The account is locked, whatever the password."""
    if request.path != "/login/" or request.method != "POST" or not active.strikes():
        return None
    words = "Account locked: too many wrong tries. Ask a supervisor to unlock it."
    return show(request, "login.html", wrong=words, words="", typed="", going_to="/")


@fault("F09", "request")
def new_password(active: Active, request: HttpRequest) -> HttpResponse | None:
    """A new password is asked for before anything else."""
    if not _inside(request) or request.path == "/logout/" or not active.strikes():
        return None
    return HttpResponseRedirect("/login/password/")


@fault("F10", "clock")
def clock(active: Active) -> float:
    """The portal's clock for one-time codes is off by seconds=90."""
    return active.seconds(90) if active.strikes() else 0.0


@fault("F12", "request")
def captcha(active: Active, request: HttpRequest) -> HttpResponse | None:
    """A CAPTCHA stands where the one-time code is asked for."""
    if request.path != "/login/code/" or not active.strikes():
        return None
    return show(request, "captcha.html")


@fault("F13", "request")
def elsewhere(active: Active, request: HttpRequest) -> HttpResponse | None:
    """Signed out, because of a log-in elsewhere; on the nth=5 request."""
    if not _inside(request) or not active.strikes(times=1, nth=5):
        return None
    return _end_session(request, "elsewhere")


@fault("F14", "request")
def sessions_void(active: Active, request: HttpRequest) -> HttpResponse | None:
    """Every session that exists is void, once."""
    if not _inside(request) or not active.strikes(times=1):
        return None
    Session.objects.all().delete()
    return _end_session(request, "")


@fault("session-ends", "request")
def session_ends(active: Active, request: HttpRequest) -> HttpResponse | None:
    """The session ends on the nth=5 request."""
    if not _inside(request) or not active.strikes(times=1, nth=5):
        return None
    return _end_session(request)


@fault("F15", "request")
def role_lost(active: Active, request: HttpRequest) -> HttpResponse | None:
    """The role is lost: 403 on every claim."""
    if not request.path.startswith("/claims/") or not _inside(request) or not active.strikes():
        return None
    words = "Your role does not allow this. Ask a supervisor."
    return show(request, "message.html", status=403, title="Not allowed", words=words)


def _other_origin(active: Active, request: HttpRequest) -> str:
    if "to" in active.options:
        return active.get("to")
    name = "localhost" if request.get_host().startswith("127.") else "127.0.0.1"
    return f"http://{name}:{request.get_port()}"


@fault("F16", "request", "kind to")
def other_origin(active: Active, request: HttpRequest) -> HttpResponseBase | None:
    """The log-in page moves to another origin: kind=redirect or form."""
    if request.path != "/login/" or active.get("kind", "redirect") != "redirect":
        return None
    target = _other_origin(active, request)
    if request.get_host() in target or not active.strikes():
        return None
    return HttpResponseRedirect(f"{target}/login/?next={quote(request.GET.get('next', '/'))}")


@fault("F16", "paint", "kind to")
def other_origin_form(active: Active, request: HttpRequest) -> None:
    """The log-in form's action is on another origin."""
    if request.path == "/login/" and active.get("kind") == "form" and active.strikes():
        paint_of(request).form_action = f"{_other_origin(active, request)}/login/"
