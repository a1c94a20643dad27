"""Who is locked out, and the button that lets them in again: for supervisors."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from bots.practice.billing.editing import forbidden
from bots.practice.billing.models import Account
from bots.practice.billing.paint import roles_of, show


def account_list(request: HttpRequest) -> HttpResponse:
    """Every account with its wrong tries."""
    if "supervisor" not in roles_of(request):
        return forbidden(request)
    accounts = Account.objects.select_related("user").order_by("user__username")
    return show(request, "accounts.html", accounts=accounts)


@require_POST
def unlock(request: HttpRequest, username: str) -> HttpResponse:
    """Forget an account's wrong tries."""
    if "supervisor" not in roles_of(request):
        return forbidden(request)
    Account.objects.filter(user__username=username).update(failures=0, locked=False)
    return HttpResponseRedirect("/accounts/")
