"""What the files of one invocation know of each other's patients: two looks before the checks.

The first look surveys every file, names each claim's patient by a keyed hash and counts who
comes more than once. The second reads the claims of those only, and seals them in a temporary
store by patient; of a history file, the claims of every patient who is checked. After that each
claim can be reviewed with the others of its patient at hand, in any process, and memory did
not grow with the files.
"""

from __future__ import annotations

import pickle
import tempfile
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bots.claims import Case, Claim
from bots.errors import Problem
from bots.files.patients import NOBODY, Patients, Seen, split
from bots.files.portions import Portion, portions_of, read_portion
from bots.files.quick import quick
from bots.files.sealed import SealedClaims
from bots.files.unread import Unread
from bots.files.x12_levels import Levels
from bots.runs.crew import each

_new_case = quick(Case)
Sealed = tuple[bytes, bytes]  # a patient's key, and a claim that opens for that patient


@dataclass(frozen=True, slots=True)
class _Look:
    """One file to look at, and whether its claims are history only."""

    file: Path
    number: int
    history: bool


class CrossClaims:
    """The files of one invocation, after both looks.

    Args:
        history: files of the patients' other claims; None where nobody brought any.
        processes: how many processes share the looks.
        folder: where temporary files are.
    """

    def __init__(
        self,
        files: Sequence[Path],
        history: Sequence[Path] | None,
        *,
        today: date,
        processes: int = 1,
        folder: Path | None = None,
    ) -> None:
        self._files, self._today = files, today
        self._brought = history is not None
        self._patients, self._seen = Patients(), Seen()
        self.unread: list[Unread] = []  # of the history files
        self._any = False
        looks = [_Look(file, number, False) for number, file in enumerate(files)]
        others = enumerate(history or (), start=len(files))
        looks += [_Look(file, number, True) for number, file in others]
        try:
            with ExitStack() as on_failure:
                self._sealed = on_failure.enter_context(closing(SealedClaims(folder)))
                self._plan = on_failure.enter_context(closing(_Plan(folder)))
                self._survey(looks, processes)
                self._keep(looks, processes)
                on_failure.pop_all()
        except OSError as error:  # what cannot be read of a file is an entry of it, never this
            raise Problem(
                f"the temporary files cannot be written ({error.strerror})",
                where=str(folder or tempfile.gettempdir()),
                do="free the disk, or let CLAIMBOTS_DATA name a folder on a larger one",
            ) from error

    def close(self) -> None:
        """Give the temporary files back."""
        self._sealed.close()
        self._plan.close()

    def portions(self) -> Iterator[Portion]:
        """What is to be checked, in the order of the files."""
        for number, file in enumerate(self._files):
            if self._plan.has(number):
                yield from self._plan.portions(number)
            else:  # JSON is not planned: its claims would stand in the plan for all to read
                yield from portions_of(file, today=self._today)

    def with_history(self, case: Case) -> Case:
        """The case with the other claims of its patient.

        A case whose patient has neither member id nor birth date keeps the history it came
        with: nobody can tell. Where no history was brought, `history_complete` is false: these
        are the claims of the files checked, and the patient may have others.
        """
        if not (self._any or self._brought):
            return case
        claim = case.claim
        patient = self._patients.of(claim)
        if patient == NOBODY:
            return case
        others, all = self._sealed.others(patient, claim)
        if not others and not self._brought:
            return case
        complete = case.history is not None or self._brought
        return _new_case(
            claim,
            case.as_of,
            (*(case.history or ()), *others),
            case.documentation,
            case.eligibility,
            case.authorizations,
            complete and all,
        )

    # The first look

    def _survey(self, looks: list[_Look], processes: int) -> None:
        for number, found in each(self._look, looks, min(processes, len(looks))):
            history = number >= len(self._files)
            if isinstance(found, Unread):
                self.unread.append(found)
                continue
            if isinstance(found, Portion):
                self._plan.add(number, found)
                patients = found.patients
            else:
                patients = b"".join(patient for patient, _ in found)
            if not history:
                self._seen.add(patients)
            if not isinstance(found, Portion):
                self._take(found, history)

    def _look(self, look: _Look) -> Iterator[tuple[int, Portion | Unread | list[Sealed]]]:
        for portion in portions_of(look.file, today=self._today, patients=self._patients):
            if not portion.cases:
                yield look.number, portion
                continue
            cases = [entry for _, entry in portion.cases]
            if look.history:
                yield from ((look.number, entry) for entry in cases if isinstance(entry, Unread))
            # Nothing is gained by waiting: the whole of it was read to find the patients.
            yield look.number, self._seal(case.claim for case in cases if isinstance(case, Case))

    # The second

    def _keep(self, looks: list[_Look], processes: int) -> None:
        jobs = ((look, portion) for look in looks for portion in self._wanted(look))
        for history, found in each(self._read, jobs, processes):
            if isinstance(found, Unread):
                self.unread.append(found)
            else:
                self._take(found, history)
        self._sealed.flush()

    def _wanted(self, look: _Look) -> Iterator[Portion]:
        for portion in self._plan.portions(look.number):
            if look.history or any(map(self._seen.again, split(portion.patients))):
                yield portion

    def _read(self, job: tuple[_Look, Portion]) -> Iterator[tuple[bool, Unread | list[Sealed]]]:
        look, portion = job
        # What cannot be read of a file to be checked, the third look will say.
        wanted = None if look.history else self._comes_again
        cases = [entry for _, entry in read_portion(portion, self._today, wanted)]
        if look.history:
            yield from ((True, entry) for entry in cases if isinstance(entry, Unread))
        yield look.history, self._seal(case.claim for case in cases if isinstance(case, Case))

    def _comes_again(self, levels: Levels) -> bool:
        return self._seen.again(self._patients.of_levels(levels))

    def _seal(self, claims: Iterable[Claim]) -> list[Sealed]:
        named = ((self._patients.of(claim), claim) for claim in claims)
        return [(patient, self._sealed.seal(patient, claim)) for patient, claim in named]

    def _take(self, sealed: list[Sealed], history: bool) -> None:
        for patient, text in sealed:
            if not history or self._seen.once(patient):
                self._any = True
                self._sealed.add(patient, text)


class _Plan:
    """The portions of each file, in a temporary file: what it holds says nothing of a patient."""

    def __init__(self, folder: Path | None) -> None:
        self._file = tempfile.TemporaryFile(prefix="plan-", dir=folder)  # noqa: SIM115
        self._places: dict[int, array[int]] = {}

    def add(self, number: int, portion: Portion) -> None:
        """A portion more of file `number`."""
        self._places.setdefault(number, array("Q")).append(self._file.seek(0, 2))
        pickle.dump(portion, self._file, protocol=pickle.HIGHEST_PROTOCOL)

    def has(self, number: int) -> bool:
        """Whether that file has portions."""
        return number in self._places

    def portions(self, number: int) -> Iterator[Portion]:
        """The portions of a file, in order."""
        for place in self._places.get(number, ()):
            self._file.seek(place)
            portion: Portion = pickle.load(self._file)  # our own, and nobody else can write it
            yield portion

    def close(self) -> None:
        """Give the file back."""
        self._file.close()
