"""Meridian: a little billing portal of somebody else's making, for one test.

Other words (invoice, chart no., item, quantity), another layout (rows of heading and value, one
page that shows and edits), other days (04-Mar-2026), no version, no one-time code, no hold.
Nothing of `bots` is in it. `python server.py FOLDER` serves FOLDER/meridian.sqlite3 on a free
loopback port and writes its address to FOLDER/address.
"""

import html
import json
import sqlite3
import sys
from datetime import date, timedelta
from pathlib import Path

import django
from django.conf import settings
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse, HttpResponseNotFound, HttpResponseRedirect
from django.urls import path

FOLDER = Path(sys.argv[1])
USER, PASSWORD = "clerk", "meridian-pass-1"
COLUMNS = (
    "chart",
    "family",
    "given",
    "born",
    "gender",
    "insurer",
    "insurer_code",
    "policy",
    "state",
)
ITEMS = ("code", "quantity", "price", "day", "ndc", "links")
PAGE = 25


def database():
    connection = sqlite3.connect(FOLDER / "meridian.sqlite3", timeout=10, isolation_level=None)
    connection.row_factory = sqlite3.Row
    return connection


def seed():
    with database() as db:
        db.execute(f"create table invoice (no text primary key, {', '.join(COLUMNS)})")
        db.execute(f"create table item (invoice text, place int, {', '.join(ITEMS)})")
        db.execute("create table diagnosis (invoice text, place int, code text)")
        db.execute("create table remark (invoice text, said text)")
        db.execute("create table saved (invoice text, what text)")
        for n in range(1, 61):
            no, first = f"MV-{n:04}", date(2026, 8, 1) + timedelta(days=n)
            state = "Open" if n % 3 else "Sent"
            born = day(date(1960, 1, 1) + timedelta(n))
            row = (no, f"CH{n:05}", f"Family{n}", f"Given{n}", born, "FM"[n % 2], "Blue Meadow",
                   "BM001", f"BMX{n:07}", state)  # fmt: skip
            db.execute(f"insert into invoice values ({', '.join('?' * len(row))})", row)
            for place, (code, price) in enumerate((("99213", "120.00"), ("J1100", "15.50")), 1):
                ndc = ("63323016505" if n % 2 else "63323-0165-05") if place == 2 else ""
                links = {4: "3", 5: "1 1"}.get(n, "1") if place == 1 else "1"
                item = (no, place, code, "1", price, day(first), ndc, links)
                db.execute(f"insert into item values ({', '.join('?' * len(item))})", item)
            db.execute("insert into diagnosis values (?, 1, 'I10')", (no,))


def day(value):
    return value.strftime("%d-%b-%Y")


def page(title, body):
    return HttpResponse(
        f'<!doctype html><html lang="en-GB"><title>Meridian</title><h1>{title}</h1>'
        f'<p>Signed in as <b id="who">{USER}</b></p>{body}</html>'
    )


def door(request):
    if request.method == "POST":
        if (request.POST.get("user"), request.POST.get("secret")) == (USER, PASSWORD):
            answer = HttpResponseRedirect("/desk")
            answer.set_cookie("sign", "in", httponly=True)
            return answer
        said = '<p role="alert">We do not know that name and secret.</p>'
    elif inside(request):
        return HttpResponseRedirect("/desk")
    else:
        said = ""
    return HttpResponse(
        f'<!doctype html><html lang="en-GB"><title>Meridian</title>{said}<form method="post" '
        'action="/door"><label>Your name <input name="user"></label><label>Secret '
        '<input name="secret" type="password"></label><button>Enter</button></form></html>'
    )


def inside(request):
    return request.COOKIES.get("sign") == "in"


def desk(request):
    if not inside(request):
        return HttpResponseRedirect("/door")
    number = int(request.GET.get("p", "1"))
    states = {"open": ("Open",), "sent": ("Sent",)}.get(
        request.GET.get("show", ""), ("Open", "Sent")
    )
    with database() as db:
        rows = db.execute(
            f"select no, state from invoice where state in ({', '.join('?' * len(states))}) "
            f"order by no {'desc' if request.GET.get('order') == 'down' else 'asc'}", states
        ).fetchall()  # fmt: skip
    shown = "".join(
        f'<tr><td><a href="/invoice/{r["no"]}">{r["no"]}</a></td><td>{r["state"]}</td></tr>'
        for r in rows[(number - 1) * PAGE : number * PAGE]
    )
    pages = max(1, -(-len(rows) // PAGE))
    return page(
        "Desk",
        f'<p class="found">Found {len(rows)} invoices</p><p class="where">{number} / {pages}</p>'
        '<table class="desk"><thead><tr><th>Invoice no.</th><th>State</th></tr></thead>'
        f"<tbody>{shown}</tbody></table>",
    )


def invoice(request, no):
    if not inside(request):
        return HttpResponseRedirect("/door")
    with database() as db:
        found = db.execute("select * from invoice where no = ?", (no,)).fetchone()
        if found is None:
            return HttpResponseNotFound("no such invoice")
        said = change(db, found, request.POST) if request.method == "POST" else ""
        if said.startswith("!"):
            said = f'<p role="alert">{said[1:]}</p>'
        elif said:
            said = f'<p role="status" class="said">{said}</p>'
        found = db.execute("select * from invoice where no = ?", (no,)).fetchone()
        items = db.execute("select * from item where invoice = ? order by place", (no,)).fetchall()
        codes = db.execute(
            "select * from diagnosis where invoice = ? order by place", (no,)
        ).fetchall()
        remarks = db.execute("select said from remark where invoice = ?", (no,)).fetchall()
    heads = {
        "no": "Invoice no.", "chart": "Chart no.", "family": "Family name",
        "given": "Given name", "born": "Born", "gender": "Gender", "insurer": "Insurer",
        "insurer_code": "Insurer code", "policy": "Policy no.", "state": "State",
    }  # fmt: skip
    facts = "".join(f"<tr><th>{h}</th><td>{cell(found[k])}</td></tr>" for k, h in heads.items())
    total = sum(float(i["price"]) for i in items)
    lines = "".join(
        f"<tr><td>{i['place']}</td>" + "".join(f"<td>{cell(i[k])}</td>" for k in ITEMS) + "</tr>"
        for i in items
    )
    boxes = f"<fieldset>{box('Policy no.', 'policy', found['policy'])}</fieldset>"
    for i in items:
        words = (("quantity", "quantity"), ("ndc", "NDC"), ("links", "diagnoses"))
        row = [
            box(f"Item {i['place']} {word}", f"{key}-{i['place']}", i[key]) for key, word in words
        ]
        boxes += f"<fieldset>{''.join(row)}</fieldset>"
    form = (
        f'<form method="post" aria-label="Change invoice {no}">{boxes}'
        "<button>Update</button></form>"
        if found["state"] == "Open"
        else '<p class="closed">This invoice was sent and cannot be changed.</p>'
    )
    return page(
        "Invoice",
        f"{said}<table class=facts>{facts}<tr><th>Sum</th><td>{total:.2f}</td></tr></table>"
        "<table><caption>Items</caption><thead><tr><th>Item</th><th>Code</th><th>Quantity</th>"
        "<th>Price</th><th>Day</th><th>NDC</th><th>Diagnoses</th></tr></thead>"
        f"<tbody>{lines}</tbody></table><table><caption>Reasons</caption><thead><tr><th>No.</th>"
        "<th>ICD</th></tr></thead><tbody>"
        + "".join(f"<tr><td>{c['place']}</td><td>{cell(c['code'])}</td></tr>" for c in codes)
        + f"</tbody></table>{form}<table><caption>Remarks</caption><thead><tr><th>Remark</th></tr>"
        "</thead><tbody>"
        + "".join(f"<tr><td>{cell(r['said'])}</td></tr>" for r in remarks)
        + '</tbody></table><form method="post" aria-label="New remark"><label>Remark '
        '<textarea name="remark"></textarea></label><button>Put down</button></form>',
    )


def change(db, found, sent):
    no = found["no"]
    if remark := sent.get("remark", "").strip():
        db.execute("insert into remark values (?, ?)", (no, remark))
        db.execute("insert into saved values (?, 'remark')", (no,))
        return "Remark put down."
    if found["state"] != "Open":
        return "!A sent invoice cannot be changed."
    for name, value in sent.items():
        key, _, place = name.partition("-")
        if key == "quantity" and not value.isdigit():
            return "!A quantity is a number."
        if key in ITEMS:
            db.execute(
                f"update item set {key} = ? where invoice = ? and place = ?", (value, no, place)
            )
    db.execute("update invoice set policy = ? where no = ?", (sent["policy"], no))
    db.execute("insert into saved values (?, ?)", (no, json.dumps(sent.dict())))
    return f"Invoice {no} updated."


def box(label, name, value):
    return f'<label>{label} <input name="{name}" value="{cell(value)}"></label>'


def cell(value):
    return html.escape(str(value))


class Quiet(WSGIRequestHandler):
    def log_message(self, *words):
        pass


def main():
    settings.configure(
        DEBUG=False, ALLOWED_HOSTS=["127.0.0.1"], SECRET_KEY="meridian", ROOT_URLCONF=__name__
    )
    django.setup()
    if not (FOLDER / "meridian.sqlite3").exists():
        seed()
    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.set_app(get_wsgi_application())
    draft = FOLDER / "address.draft"
    draft.write_text(f"http://127.0.0.1:{server.server_address[1]}")
    draft.rename(FOLDER / "address")
    server.serve_forever()


urlpatterns = [
    path("", lambda request: HttpResponseRedirect("/door")),
    path("door", door),
    path("desk", desk),
    path("invoice/<no>", invoice),
]

if __name__ == "__main__":
    main()
