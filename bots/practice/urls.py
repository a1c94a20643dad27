"""Where the portal's screens are."""

from __future__ import annotations

from django.urls import path

from bots.practice.billing import accounts, claim, doors, downloads, editing, legacy, lists, marks

urlpatterns = [
    path("", lists.dashboard),
    path("health/", doors.health),
    path("static/portal.css", doors.stylesheet),
    path("login/", doors.login_page),
    path("login/code/", doors.code_page),
    path("login/password/", doors.password_page),
    path("logout/", doors.logout_page),
    path("accounts/", accounts.account_list),
    path("accounts/<str:username>/unlock/", accounts.unlock),
    path("claims/", lists.claim_list),
    path("claims/download.csv", downloads.as_csv),
    path("claims/download.837", downloads.as_837),
    path("claims/<str:number>/", claim.claim_page),
    path("claims/<str:number>/documentation/", claim.documentation_page),
    path("claims/<str:number>/history/", claim.history_page),
    path("claims/<str:number>/edit/", editing.edit_page),
    path("claims/<str:number>/notes/", marks.add_note),
    path("claims/<str:number>/hold/", marks.hold),
    path("claims/<str:number>/release/", marks.release),
    path("legacy/remittance/<str:number>/", legacy.remittance),
    path("legacy/remittance/<str:number>/head/", legacy.remittance_head),
    path("legacy/remittance/<str:number>/body/", legacy.remittance_body),
]
