"""`claimbots report RUN`: write a run's report again and say where it is."""

from __future__ import annotations

from typing import Annotated

import typer


def report(
    run: Annotated[
        list[str],
        typer.Argument(metavar="RUN...", help="A run's id, or `last`; several on one page."),
    ],
    open_it: Annotated[bool, typer.Option("--open", help="Show the page in a browser.")] = False,
    masked: Annotated[
        bool, typer.Option("--masked", help="Leave out who the patients are.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="The places as one JSON object.")
    ] = False,
) -> None:
    """Write the report of a run: HTML page, Excel workbook, CSV files."""
    import json

    from bots.places import here
    from bots.reports.summary import summary_lines
    from bots.reports.write import write_report

    files = write_report(run, here().made(), masked=masked)
    for line in summary_lines(run, files):
        typer.echo(line, err=as_json)
    if as_json:
        typer.echo(
            json.dumps(
                {
                    "html": str(files.html),
                    "xlsx": str(files.xlsx),
                    "csv": str(files.csv_folder),
                    "masked": masked,
                }
            )
        )
    if open_it:
        import webbrowser

        if not webbrowser.open(files.html.as_uri()):
            typer.echo(f"no browser could be started; open {files.html} yourself", err=True)
