"""`make gnuhealth`: the practice clinic in a browser, until Ctrl-C."""

from __future__ import annotations

import contextlib
import json
import sys
import threading
from pathlib import Path
from tempfile import TemporaryDirectory

from gnuhealth.install import CACHE, ROOT
from gnuhealth.office import Office, set_up
from gnuhealth.portal import a_clinic, prepare
from gnuhealth.users import BOT, CLERK

LOOKED_AT = 5


def look(office: Office) -> None:
    """A shadow run over the newest services: it looks and reports, and writes nothing."""
    print(f"The bot looks at the {LOOKED_AT} newest drafts, as `claimbots run --shadow` does ...")
    done = office.run("--shadow", "--limit", str(LOOKED_AT))
    if done.returncode not in (0, 3):  # 3: some claims want a person
        print(done.stderr)
        return
    counts = json.loads(done.stdout.splitlines()[-1])["counts"]
    told = ("claims", "findings", "would_save", "proposals_open", "exceptions")
    print(", ".join(f"{name.replace('_', ' ')}: {counts[name]}" for name in told))
    print("A run of your own: docs/gnuhealth.md has the entry for config/portals.yaml")


def main() -> None:
    where = CACHE.relative_to(ROOT)
    print(f"GNU Health: installing and seeding in {where} what is not there (once; minutes)")
    prepare()
    if "--prepare" in sys.argv[1:]:
        return
    with a_clinic() as clinic, contextlib.suppress(KeyboardInterrupt):
        print(f"GNU Health is at {clinic.address}/#{clinic.database}")
        for user in (BOT, CLERK):
            print(f"Log in as {user.login} with {user.password} ({user.group})")
        print("What you change is gone when you end it with Ctrl-C")
        with TemporaryDirectory(prefix="claimbots-office-") as folder:
            look(set_up(Path(folder), clinic))
        threading.Event().wait()


if __name__ == "__main__":
    main()
