"""Activate modules as `trytond-admin` does, with one of its checks put off to the end.

Runs with the server's Python, `python -m gnuhealth.activate`; what follows is `trytond-admin`'s.
SQLite keeps no constraints for Tryton, which therefore looks through all names of all modules'
records for each name that is entered: of twenty thousand names a fifth of the whole time. Here it
is looked once, when all of them are there.
"""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

import trytond.commandline as commandline
from trytond.config import config


def main() -> None:
    options = commandline.get_parser_admin().parse_args()
    config.update_etc(options.configfile)
    commandline.config_log(options)
    # Tryton's models may be imported only when it is configured.
    import trytond.admin as admin
    from trytond.ir.model import ModelData
    from trytond.model import ModelSQL

    def validate(cls: type[ModelData], records: list[ModelData]) -> None:
        super(ModelSQL, cls).validate(records)

    ModelData.validate = classmethod(validate)
    admin.run(options)
    folder = Path(config.get("database", "path"))
    for name in options.database_names:
        _check(folder / f"{name}.sqlite")


def _check(database: Path) -> None:
    rows = sqlite3.connect(database)
    twice = rows.execute(
        "SELECT fs_id, module, model FROM ir_model_data"
        " GROUP BY fs_id, module, model HAVING COUNT(*) > 1"
    ).fetchall()
    rows.close()
    if twice:
        sys.exit(f"{len(twice)} records of the modules have another's name: {twice[:3]}")


if __name__ == "__main__":
    main()
