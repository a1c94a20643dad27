"""Log in (password, then one-time code), log out, and the few pages open to everybody."""

from __future__ import annotations

import time
from functools import cache
from importlib import resources

from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from bots.practice.billing.models import Account
from bots.practice.billing.paint import show
from bots.practice.faults import stages
from bots.practice.totp import step_of

WHY = {
    "expired": "Your session has expired. Log in again.",
    "elsewhere": "You were signed out because you signed in elsewhere.",
    "out": "You are logged out.",
}
WRONG_TRIES = 5
LOCKED = "Account locked: too many wrong tries. Ask a supervisor to unlock it."


def login_page(request: HttpRequest) -> HttpResponse:
    """User name and password; the right ones lead to the one-time code."""
    going_to = request.POST.get("next") or request.GET.get("next", "/")
    words = WHY.get(request.GET.get("why", ""), "")
    if request.method != "POST":
        return _login_form(request, going_to, words=words)
    name = request.POST.get("username", "").strip()
    account = Account.objects.filter(user__username=name).first()
    if account and account.locked:
        return _login_form(request, going_to, wrong=LOCKED, typed=name)
    user = authenticate(request, username=name, password=request.POST.get("password", ""))
    if not isinstance(user, User) or account is None:
        wrong = _count_failure(account) or "The user name or password is not right."
        return _login_form(request, going_to, wrong=wrong, typed=name)
    request.session.cycle_key()
    request.session["half_way"] = [user.pk, going_to]
    return HttpResponseRedirect("/login/code/")


def _login_form(
    request: HttpRequest, going_to: str, wrong: str = "", words: str = "", typed: str = ""
) -> HttpResponse:
    return show(request, "login.html", going_to=going_to, wrong=wrong, words=words, typed=typed)


def code_page(request: HttpRequest) -> HttpResponse:
    """The one-time code of somebody whose password was right. A used code is refused."""
    pk, going_to = request.session.get("half_way", (None, "/"))
    account = Account.objects.select_related("user").filter(user=pk).first() if pk else None
    if account is None:
        return HttpResponseRedirect("/login/")
    if request.method != "POST":
        return show(request, "code.html", wrong="")
    if account.locked:
        return show(request, "code.html", wrong=LOCKED)
    code = request.POST.get("code", "").replace(" ", "")
    step = step_of(account.seed, code, time.time() + stages.clock_offset())
    if step is None:
        wrong = _count_failure(account) or "The one-time code is not right."
        return show(request, "code.html", wrong=wrong)
    taken = Account.objects.filter(pk=account.pk, last_step__lt=step)
    if not taken.update(last_step=step, failures=0):
        wrong = (
            _count_failure(account) or "This one-time code was already used. Wait for the next."
        )
        return show(request, "code.html", wrong=wrong)
    login(request, account.user)
    request.session["seen"] = time.time()
    safe = url_has_allowed_host_and_scheme(going_to, allowed_hosts={request.get_host()})
    return HttpResponseRedirect(going_to if safe else "/")


def _count_failure(account: Account | None) -> str:
    """Count a wrong try; the words for an account that is locked by it."""
    if account is None:
        return ""
    account.failures += 1
    account.locked = account.failures >= WRONG_TRIES
    account.save(update_fields=("failures", "locked"))
    return LOCKED if account.locked else ""


def password_page(request: HttpRequest) -> HttpResponse:
    """The page that asks for a new password; only a fault leads here, and none is changed."""
    return show(request, "password.html", wrong="Password changes are closed. Ask a supervisor.")


@require_POST
def logout_page(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return HttpResponseRedirect("/login/?why=out")


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """What a form without its token gets."""
    words = "This form is out of date. Open the page again and repeat what you did."
    return show(request, "message.html", status=403, title="Form refused", words=words)


def health(request: HttpRequest) -> HttpResponse:
    """Whether the portal answers; for whoever starts it."""
    return HttpResponse("ok", content_type="text/plain")


@cache
def _css() -> bytes:
    return resources.files("bots.practice.billing").joinpath("static/portal.css").read_bytes()


def stylesheet(request: HttpRequest) -> HttpResponse:
    """The portal's one style sheet."""
    return HttpResponse(_css(), content_type="text/css", headers={"Cache-Control": "max-age=3600"})
