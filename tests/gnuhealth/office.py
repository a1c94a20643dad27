"""An office that works at the practice clinic: two lines of configuration and a log-in."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import forking
from gnuhealth.plan import AS_OF
from gnuhealth.portal import Clinic
from gnuhealth.users import BOT, CLERK

LIMIT = 600  # seconds that one command of a test may take on a slow machine
PORTALS = """
portals:
  gnuhealth:
    kind: gnuhealth
    address: {address}/#{database}
    time_zone: UTC
    credential: gnuhealth
    mode: live
    permission: {{by: "The practice clinic, which is this machine's own", until: 2035-12-31}}
    not_yet_sent: [draft]
    save_limit_seconds: 5
"""


@dataclass(frozen=True)
class Office:
    """The office's folder, and the clinic that it works at."""

    root: Path
    clinic: Clinic

    def claimbots(
        self, *words: str, typed: str | None = None, limit: float = LIMIT, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """A command of the office."""
        return forking.run(
            *words, environment=self.environment() | environment, limit=limit, typed=typed
        )

    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("CLAIMBOTS")}
        return kept | {
            "CLAIMBOTS_DATA": str(self.root / "data"),
            "CLAIMBOTS_CONFIG": str(self.root / "config"),
            "CLAIMBOTS_KEYS__MASTER": "env:OFFICE_KEY",
            "OFFICE_KEY": base64.b64encode(b"k" * 32).decode(),
            # A machine at work: the client is one big script, drawn anew for each record.
            "CLAIMBOTS_BROWSER__DEADLINE_SECONDS": "120",
        }

    def run(self, *words: str, queue: str = "pending", **environment: str) -> Any:
        """A run at the clinic on its own day; the finished process."""
        return self.claimbots(
            "run", "--portal", "gnuhealth", "--queue", queue, "--as-of", AS_OF.isoformat(),
            "--json", *words, **environment,
        )  # fmt: skip

    def counts(self, *words: str, queue: str = "pending") -> dict[str, Any]:
        """What a run that goes well says of itself."""
        done = self.run(*words, queue=queue)
        assert done.returncode == 0, done.stdout + done.stderr
        return dict(json.loads(done.stdout.splitlines()[-1])["counts"])


def set_up(root: Path, clinic: Clinic) -> Office:
    """What docs/gnuhealth.md says: an entry in portals.yaml and a log-in."""
    office = Office(root, clinic)
    made = office.claimbots("init")
    assert made.returncode == 0, made.stderr
    entry = PORTALS.format(address=clinic.address, database=clinic.database)
    (root / "config" / "portals.yaml").write_text(entry, "utf-8")
    for name, user in (("gnuhealth", BOT), ("clerk", CLERK)):
        typed = f"{user.login}\n{user.password}\n\n"
        kept = office.claimbots("credentials", "set", name, typed=typed)
        assert kept.returncode == 0, kept.stderr
    return office
