"""`claimbots schedule`: when runs begin by themselves, what became of it, and a pause."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from bots.config.schedules import Schedule
    from bots.runs.calendar import Firing

app = typer.Typer(help="When runs begin by themselves.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="A schedule in schedules.yaml.")]
Json = Annotated[bool, typer.Option("--json", help="JSON Lines on standard output.")]


@app.command("list")
def list_schedules(as_json: Json = False) -> None:
    """Every schedule: when it begins next, and what became of it last."""
    from datetime import UTC, datetime

    from bots.cli.store_door import json_line, open_store
    from bots.config import load_portals
    from bots.config.schedules import load_schedules, without_portal

    open_store()
    found = load_schedules()
    wrong = without_portal(found, load_portals())
    now = datetime.now(UTC)
    for name, schedule in found.items():
        said = _state(name, schedule, now, wrong[name].what if name in wrong else "")
        typer.echo(json_line(said) if as_json else _row(said))
    if not found:
        typer.echo("no schedules; docs/operations.md shows how to write one", err=True)


@app.command("next")
def next_times(
    name: Name,
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=1000)] = 10,
    after: Annotated[str, typer.Option("--from", metavar="YYYY-MM-DD", help="Else now.")] = "",
    as_json: Json = False,
) -> None:
    """The next times of a schedule, in its own zone, and why nothing begins at some."""
    from datetime import UTC, datetime, time

    from bots.cli.run import _day
    from bots.cli.store_door import json_line
    from bots.config.schedules import find_schedule, load_schedules
    from bots.runs.calendar import coming

    schedule = find_schedule(load_schedules(), name)
    zone, hours = _zone_and_hours(schedule)
    day = _day(after, "--from")
    start = datetime.combine(day, time(), tzinfo=zone) if day else datetime.now(UTC)
    found = coming(schedule, zone, start, hours, count)
    for firing in found:
        if as_json:
            typer.echo(json_line(_as_dict(firing, zone)))
        else:
            begins = _local(firing.begins, zone) if firing.begins else "nothing begins"
            typer.echo(f"{begins:33}{f'  {firing.why}' if firing.why else ''}".rstrip())
    if not found:
        typer.echo("it never comes: no such day in eight years", err=True)
    if not schedule.enabled:
        typer.echo(f"{name} is not enabled: none of these begins by itself", err=True)


@app.command("run-now")
def run_now(name: Name, as_json: Json = False) -> None:
    """Do the schedule's run now, in this process, whatever the clock says."""
    from datetime import UTC, datetime

    from bots.cli.running import person, run_to_end, say
    from bots.cli.store_door import open_store
    from bots.config.schedules import find_schedule, load_schedules
    from bots.errors import Problem
    from bots.runs.due import came_to
    from bots.runs.ends import STOPPED_BY_SIGNAL
    from bots.runs.scheduler import request_of
    from bots.store import schedules as rows
    from bots.store.schedules import Became

    schedule = find_schedule(load_schedules(), name)
    open_store()
    zone, _ = _zone_and_hours(schedule)
    now = datetime.now(UTC)
    key = f"{now.astimezone(zone):%Y-%m-%dT%H:%M}{rows.BY_HAND}"
    if not rows.decide(name, key, now, Became.BEGUN, f"asked for by {person()}"):
        raise Problem(
            "it was begun in this very minute already", where=name, do="wait for it", exit=3
        )
    entry = next(time for time in rows.times(name, Became.BEGUN) if time.key == key)
    became, why = Became.FAILED, ""
    try:
        summary = run_to_end(request_of(schedule, entry, "", asked_by=person()), quiet=as_json)
        became = Became.DONE if summary.exit == 0 else Became.LEFT_OVER
        why = summary.stop_reason
    except Problem as problem:
        why = problem.sentence()
        raise
    except typer.Exit:  # a signal: its run was ended by it, or goes on with a worker
        became, why = came_to(rows.newest_run(entry.run_key)), STOPPED_BY_SIGNAL
        became = Became.LEFT_OVER if became is Became.WAITING else became
        raise
    finally:
        rows.turn(name, key, Became.BEGUN, became, why)
    say(summary, as_json=as_json)
    raise typer.Exit(summary.exit)


@app.command()
def pause(
    name: Name,
    reason: Annotated[str, typer.Option("--reason", help="Why.")] = "",
    until: Annotated[
        str, typer.Option("--until", metavar="YYYY-MM-DD", help="Through this day.")
    ] = "",
) -> None:
    """Let a schedule begin nothing; what comes meanwhile is left out for good."""
    from datetime import datetime, time, timedelta

    from bots.cli.run import _day
    from bots.cli.running import person
    from bots.cli.store_door import open_store
    from bots.config.schedules import find_schedule, load_schedules
    from bots.store import schedules as rows

    schedule = find_schedule(load_schedules(), name)
    open_store()
    day = _day(until, "--until")
    zone = _zone(schedule)  # its portal need not be there: then it is paused for that
    end = datetime.combine(day + timedelta(days=1), time(), tzinfo=zone) if day else None
    rows.pause(name, person(), reason, end)
    typer.echo(f"{name} is paused" + (f" through {day}" if day else "; `schedule resume` ends it"))


@app.command()
def resume(name: Name) -> None:
    """Let a paused schedule begin its runs again."""
    from bots.cli.store_door import open_store
    from bots.config.schedules import find_schedule, load_schedules
    from bots.store import schedules as rows

    find_schedule(load_schedules(), name)
    open_store()
    typer.echo(f"{name} begins its runs again" if rows.resume(name) else f"{name} was not paused")


def _zone(schedule: Schedule) -> ZoneInfo:
    from bots.config import load_settings
    from bots.runs.scheduler import zone_of

    return zone_of(schedule, load_settings())


def _zone_and_hours(schedule: Schedule) -> tuple[ZoneInfo, Any]:
    from bots.config import load_portals, load_settings
    from bots.runs.scheduler import portal_hours

    return _zone(schedule), portal_hours(schedule, load_settings(), load_portals())


def _next(schedule: Schedule, now: datetime) -> datetime | None:
    from bots.runs.calendar import coming

    zone, hours = _zone_and_hours(schedule)
    return next((f.begins for f in coming(schedule, zone, now, hours, 400) if f.begins), None)


def _state(name: str, schedule: Schedule, now: datetime, wrong: str) -> dict[str, Any]:
    from bots.store import schedules as rows

    zone = _zone(schedule)
    pause = rows.pause_of(name)
    last = next(iter(rows.times(name, limit=1, until=now)), None)
    run = rows.newest_run(last.run_key) if last else None
    begins = None if wrong else _next(schedule, now)
    return {
        "schedule": name,
        "portal": schedule.portal,
        "queue": schedule.queue,
        "cron": schedule.cron,
        "time_zone": zone.key,
        "enabled": schedule.enabled,
        "wrong": wrong or None,
        "paused": pause is not None and pause.holds_at(now),
        "next": begins.astimezone(zone).isoformat(timespec="minutes") if begins else None,
        "last": last.key if last else None,
        "became": last.became.value if last else None,
        "why": last.why if last else None,
        "run": run.id if run else None,
    }


def _row(said: dict[str, Any]) -> str:
    state = "paused" if said["paused"] else "" if said["enabled"] else "not enabled"
    state = said["wrong"] or state
    coming = state or (f"next {said['next'][:16].replace('T', ' ')}" if said["next"] else "never")
    last = f"last {said['last'].replace('T', ' ')}: {said['became']}" if said["last"] else "new"
    why = f" ({said['why']})" if said["why"] else ""
    run = f" {said['run']}" if said["run"] else ""
    head = f"{said['schedule']:14} {said['portal']} {said['queue']}, {said['cron']}"
    return f"{head}, {said['time_zone']}\n  {coming}; {last}{run}{why}"


def _local(moment: datetime, zone: ZoneInfo) -> str:
    there = moment.astimezone(zone)
    return f"{there:%a %Y-%m-%d %H:%M %Z}"


def _as_dict(firing: Firing, zone: ZoneInfo) -> dict[str, Any]:
    begins = firing.begins
    return {
        "local": firing.key,
        "due": firing.due.isoformat(),
        "begins": begins.astimezone(zone).isoformat() if begins else None,
        "why": firing.why or None,
    }
