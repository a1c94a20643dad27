"""What the bots read in GNU Health: its list, its services, and what stands nowhere."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import TypeVar

import pytest
from gnuhealth.codes import NO_CODE
from gnuhealth.plan import AS_OF, Service, make_plan
from gnuhealth.portal import SERVICE, Clinic, a_clinic
from gnuhealth.read_as import as_read_case, others_of_the_day
from gnuhealth.users import BOT

from bots.claims import Case, Claim, ClaimRef, CoverageSpan
from bots.config import Settings
from bots.config.portals import Portal
from bots.places import Places
from bots.portals.base import LoginRefused, NotFound, Query, Reader, SessionEnded
from bots.portals.session import Session
from bots.secrets import MasterKey
from bots.secrets.credentials import Credential

pytestmark = [pytest.mark.gnuhealth, pytest.mark.timeout(3600)]
PLAN = make_plan()
PLANTED = sorted({planted.service.name for planted in PLAN.planted})
Answer = TypeVar("Answer")


def features(service: Service) -> set[str]:
    """What of a service's screens is not on every other's."""
    remarks = " ".join(line.remarks for line in service.lines)
    told = {
        "invoiced": service.invoiced,
        "several lines": len(service.lines) > 1,
        "a modifier": "Modifiers" in remarks,
        "a drug": "NDC" in remarks,
        "units that are none": any((line.units or 0) <= 0 for line in service.lines),
        "a product without a code": any(line.product == NO_CODE for line in service.lines),
        "days of its own": any(line.since for line in service.lines),
        "no insurance named": service.policy is None,
        "several insurances": len(service.patient.policies) > 1,
        "a death": service.patient.died_on is not None,
        "no diagnosis": not service.diagnoses,
        "several diagnoses": len(service.diagnoses) > 1,
        "another service of the day": bool(others_of_the_day(PLAN, service)),
    }
    return {feature for feature, is_so in told.items() if is_so}


def unlike(numbers: list[str]) -> list[str]:
    """Of these services so many that each feature is on one of them."""
    services = [service for service in PLAN.services if service.name in numbers]
    chosen: dict[str, set[str]] = {}
    for service in sorted(services, key=lambda one: (-len(features(one)), one.name)):
        if features(service) - set().union(*chosen.values()):
            chosen[service.name] = features(service)
    return sorted(chosen)


UNLIKE = unlike(PLANTED)
SETTINGS = Settings.model_validate({"browser": {"deadline_seconds": 120}})


def with_reader(
    clinic: Clinic,
    folder: Path,
    work: Callable[[Session, Reader], Awaitable[Answer]],
    password: str = BOT.password,
) -> Answer:
    """Do something with a reader at the clinic, in a session of its own."""

    async def at_work() -> Answer:
        portal = Portal(
            kind="gnuhealth", address=f"{clinic.address}/#{clinic.database}", credential="bot"
        )
        async with Session.opened(
            "gnuhealth",
            portal,
            Credential(BOT.login, password),
            settings=SETTINGS,
            places=Places(folder),
            master=MasterKey(b"k" * 32, "this test"),
            forget=True,
        ) as session:
            reader = await session.reader()
            return await work(session, reader)

    return asyncio.run(at_work())


async def _numbers(reader: Reader, query: Query) -> list[str]:
    return [ref.number async for ref in reader.worklist(query)]


def _ref(number: str) -> ClaimRef:
    return ClaimRef("gnuhealth", number, "pending")


@pytest.fixture(scope="module")
def read(
    gnuhealth: Clinic, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[list[str]], dict[str, Case]]:
    """Reads services, all in one session."""

    def reading(numbers: list[str]) -> dict[str, Case]:
        async def work(_: Session, reader: Reader) -> dict[str, Case]:
            await reader.log_in()
            return {number: await reader.open(_ref(number), AS_OF) for number in numbers}

        return with_reader(gnuhealth, tmp_path_factory.mktemp("reading"), work)

    return reading


def test_the_list_is_read_whole_though_it_draws_twenty_rows_at_a_time(
    gnuhealth: Clinic, tmp_path: Path
) -> None:
    async def work(_: Session, reader: Reader) -> tuple[list[str], ...]:
        await reader.log_in()
        return (
            await _numbers(reader, Query("pending")),
            await _numbers(reader, Query("pending", limit=3)),
            await _numbers(
                reader, Query("historical", since=date(2026, 3, 1), until=date(2026, 6, 1))
            ),
            await _numbers(reader, Query("pending", code="J3420")),
            await _numbers(reader, Query("pending", since=date(2031, 1, 1))),
        )

    pending, three, historical, injections, none = with_reader(gnuhealth, tmp_path, work)

    drafts = [service for service in PLAN.services if not service.invoiced]
    assert len(pending) > 40
    assert sorted(pending) == sorted(service.name for service in drafts)
    assert three == pending[:3]
    assert sorted(historical) == sorted(
        service.name
        for service in PLAN.services
        if service.invoiced and date(2026, 3, 1) <= service.day <= date(2026, 6, 1)
    )
    assert sorted(injections) == sorted(
        service.name
        for service in drafts
        if any(line.product == "J3420" for line in service.lines)
    )
    assert none == []


@pytest.mark.parametrize(
    "numbers",
    [
        pytest.param(UNLIKE, id="of each feature one"),
        pytest.param(
            [number for number in PLANTED if number not in UNLIKE],
            id="the others",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_services_are_read_as_their_screens_show_them(
    read: Callable[[list[str]], dict[str, Case]], numbers: list[str]
) -> None:
    cases = read(numbers)

    amiss = [number for number in numbers if not _is_as_planned(cases[number])]
    assert amiss == []


def _is_as_planned(case: Case) -> bool:
    """Whether a case is what the plan says; says what differs."""
    service = next(service for service in PLAN.services if service.name == case.claim.number)
    spans: tuple[CoverageSpan, ...] | None = None
    if service.policy is not None:
        spans = (CoverageSpan("active", service.policy.since, service.policy.until),)
    wanted = replace(as_read_case(PLAN, service), eligibility=spans)
    for part in fields(Claim):
        read, planned = getattr(case.claim, part.name), getattr(wanted.claim, part.name)
        if read != planned:
            print(f"{case.claim.number}: {part.name}: {read} and not {planned}")
    if (case.history, case.eligibility) != (wanted.history, wanted.eligibility):
        print(f"{case.claim.number}: {case.history} {case.eligibility}")
    return case == wanted


def test_a_service_of_more_lines_than_are_drawn_at_once_is_read_whole(tmp_path: Path) -> None:
    """The client draws twenty, and a row "More" that is none of them."""
    number = next(s.name for s in PLAN.services if s.name in UNLIKE and not s.invoiced)
    with a_clinic() as clinic:
        clerk = clinic.log_in("clerk")

        def lines() -> list[int]:
            (service,) = clerk.find(SERVICE, [["name", "=", number]], "service_line")
            return list(service["service_line"])

        def is_given(count: int) -> None:
            (service,) = clerk.find(SERVICE, [["name", "=", number]])
            (like,) = clerk.read(f"{SERVICE}.line", lines()[:1], "product", "desc")
            new = {"product": like["product"], "desc": like["desc"], "qty": 1}
            missing = [new] * (count - len(lines()))
            clerk.write(SERVICE, [service["id"]], service_line=[["create", missing]])

        async def work(_: Session, reader: Reader) -> list[int]:
            await reader.log_in()
            counts = []
            for count in (21, 45):
                is_given(count)
                counts.append(len((await reader.open(_ref(number), AS_OF)).claim.lines))
            return counts

        assert with_reader(clinic, tmp_path, work) == [21, 45]


# The client answers late to what was done before, and puts back the address of what is in front.
PUTS_BACK = """() => {
  const once = event => {
    if (!event.newURL.includes("gnuhealth.patient.evaluation;")) return;
    event.stopImmediatePropagation();
    history.replaceState(null, "", event.oldURL);
    removeEventListener("hashchange", once, true);
    sessionStorage.setItem("put back", "yes");
  };
  addEventListener("hashchange", once, true);
}"""


def test_a_list_whose_address_the_client_puts_back_is_opened_once_more(
    gnuhealth: Clinic, tmp_path: Path
) -> None:
    async def work(session: Session, reader: Reader) -> tuple[Case, str]:
        await reader.log_in()
        page = (await reader.own_tab()).page  # type: ignore[attr-defined]
        await page.add_init_script(f"({PUTS_BACK})()")
        case = await reader.open(_ref(UNLIKE[0]), AS_OF)
        return case, await page.evaluate("sessionStorage.getItem('put back')")

    case, put_back = with_reader(gnuhealth, tmp_path, work)

    assert put_back == "yes"
    assert _is_as_planned(case)


def test_a_number_that_no_service_has_is_not_found_and_an_ended_session_is_told(
    tmp_path: Path,
) -> None:
    with a_clinic() as clinic:

        async def work(_: Session, reader: Reader) -> None:
            await reader.log_in()
            with pytest.raises(NotFound):
                await reader.open(_ref("SERV 1999/001"), AS_OF)
            clinic.end_sessions()
            with pytest.raises(SessionEnded):
                await reader.open(_ref(PLANTED[0]), AS_OF)
            await reader.log_in()
            assert (await reader.open(_ref(PLANTED[0]), AS_OF)).claim.number == PLANTED[0]

        with_reader(clinic, tmp_path, work)


def test_a_refused_password_is_typed_once(tmp_path: Path) -> None:
    with a_clinic() as clinic:

        async def work(_: Session, reader: Reader) -> None:
            with pytest.raises(LoginRefused):
                await reader.log_in()
            with pytest.raises(LoginRefused, match="before"):
                await reader.log_in()

        with_reader(clinic, tmp_path, work, password="another password")

        assert clinic.ask("SELECT COUNT(*) FROM res_user_login_attempt") == [(1,)]
