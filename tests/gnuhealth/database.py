"""The practice clinic's database: activated once, seeded once, copied for each use.

Activating the modules takes minutes and depends on the packages alone; seeding depends on our
files too. Each is kept under a digest of what it was made from. A use gets a copy of the file.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from gnuhealth.install import HERE, Installed, digest, environment
from gnuhealth.plan import AS_OF, SEED
from gnuhealth.users import ADMIN

NAME = "clinic"
MODULES = ("health_icd10", "health_insurance", "health_services")
_MADE_FROM = ("books.py", "codes.py", "defects.py", "plan.py", "rights.py", "seed.py", "users.py")


@dataclass(frozen=True)
class Template:
    """A finished clinic. Nobody works in it: `copy_to` a folder of your own."""

    folder: Path

    @property
    def database(self) -> Path:
        return self.folder / f"{NAME}.sqlite"

    @property
    def truth(self) -> Path:
        return self.folder / "truth.jsonl"

    def copy_to(self, folder: Path) -> Path:
        """A fresh database in that folder."""
        folder.mkdir(parents=True, exist_ok=True)
        return Path(shutil.copy(self.database, folder / f"{NAME}.sqlite"))


def template(installed: Installed, seed: int = SEED, as_of: date = AS_OF) -> Template:
    """The clinic of that seed and day; makes it where it is not. Not for two at once."""
    made_from = digest(*(HERE / name for name in _MADE_FROM))
    found = Template(installed.folder / f"clinic-{made_from}-{seed}-{as_of:%Y%m%d}")
    if not found.truth.exists():
        activated = _activated(installed)
        building = found.folder.with_name(found.folder.name + ".building")
        shutil.rmtree(building, ignore_errors=True)
        building.mkdir()
        shutil.copy(activated, building / f"{NAME}.sqlite")
        _run(
            installed, building, "-m", "gnuhealth.seed", NAME,
            str(building / "truth.jsonl"), str(seed), as_of.isoformat(),
        )  # fmt: skip
        building.rename(found.folder)
    return found


def _activated(installed: Installed) -> Path:
    """A database with the modules in it, and nothing of a clinic."""
    folder = installed.folder / "activated"
    finished = folder / f"{NAME}.sqlite"
    if not finished.exists():
        building = installed.folder / "activated.building"
        shutil.rmtree(building, ignore_errors=True)
        building.mkdir()
        (building / f"{NAME}.sqlite").touch()
        password = building / "password"
        password.write_text(ADMIN.password)
        _run(
            installed, building, "-m", "gnuhealth.activate", "-d", NAME, "-u", *MODULES,
            "--activate-dependencies", "--email", "admin@clinic.test",
            TRYTONPASSFILE=str(password),
        )  # fmt: skip
        password.unlink()
        building.rename(folder)
    return finished


def _run(installed: Installed, databases: Path, *words: str, **more: str) -> None:
    """Run something of the server's; its words go to a log that a failure names."""
    log = installed.folder / "last.log"
    with log.open("w") as output:
        done = subprocess.run(
            [str(installed.python), *words],
            env=environment(databases, **more),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    if done.returncode:
        tail = "\n".join(log.read_text("utf-8", "replace").splitlines()[-20:])
        raise SystemExit(
            f"GNU Health: {words[0]} ended with {done.returncode}; {log} says\n{tail}"
        )
