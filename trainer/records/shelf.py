"""The shelf: every run of a learner, one file each, in one folder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from pydantic import BaseModel, Field, ValidationError
from pydantic_core import from_json

from trainer import __version__
from trainer.core.error import BadInput
from trainer.core.place import home_dir
from trainer.core.storage import read_bounded, write_atomically
from trainer.encounter.run import MAX_BYTES, Header, Mode, Run
from trainer.knowledge.number import Frozen
from trainer.records.lock import hold
from trainer.records.run_file import read_run, write_run

if TYPE_CHECKING:
    from trainer.reasoning.dial import ScoreSheet

_RUN: Final = ".json"
_SCORE: Final = ".score.json"
_DAMAGED: Final = ".damaged"
_SCORE_BYTES: Final = 10_000
_MOST_SEED: Final = 2**62  # a file of this name was made by hand, and a header would soon hold no seed beyond it


class DialNote(Frozen):
    """A dial as it was last read."""

    value: float = Field(ge=0, le=100)
    se: float = Field(ge=0)


class ScoreNote(Frozen):
    """The score of a finished run, as the list of cases shows it.

    Parameters
    ----------
    overall : float
    dials : dict of str to DialNote
    """

    overall: float = Field(ge=0, le=100)
    dials: dict[str, DialNote]


class _Why(BaseModel):
    kind: str


class _Glance(BaseModel):
    """What the list needs of an event; all events whole would take four times as long to read."""

    kind: str
    day: int = 0
    to: int = 0
    why: tuple[_Why, ...] = ()


class _Glimpse(BaseModel):
    """What the list needs of a run."""

    format: Literal[2]
    header: Header
    events: tuple[_Glance, ...]


@dataclass(frozen=True)
class Entry:
    """A run on the shelf, as a list shows it.

    Parameters
    ----------
    name : str
        By which it is loaded.
    case : str
    version : int
        Of the case.
    seed : int
    mode : {"tutor", "exam"}
    day : int
        Day on which the clock stands.
    over : bool
        Whether it has ended, or has a score.
    played_ns : int
        When it was last saved, as its file says; only ever compared.
    playable : bool
        Whether this version of Atoll can play it on; one of another version stays where it is.
    score : ScoreNote, optional
    """

    name: str
    case: str
    version: int
    seed: int
    mode: Mode
    day: int
    over: bool
    played_ns: int
    playable: bool = True
    score: ScoreNote | None = None


class Shelf:
    """Runs in a folder.

    Parameters
    ----------
    folder : Path, optional
        The default is ``runs`` in Atoll's home. It is made when it is first written.

    Notes
    -----
    A file that is no run is renamed to ``*.damaged``, never overwritten and never removed; `complaints` has a line
    about each. Only one process writes a shelf: see `trainer.records.lock`.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = home_dir() / "runs" if folder is None else folder
        self.complaints: tuple[str, ...] = ()
        self._known: dict[str, tuple[tuple[int, int], Entry]] = {}

    def claim(self) -> None:
        """Be the one process that writes here, and clear away what a killed one has left half-written.

        Raises
        ------
        BadInput
            If another process does, or nothing can be written here.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadInput(
                f"{self.folder}: cannot be made ({error.strerror}); set ATOLL_HOME to another folder"
            ) from error
        hold(self.folder)
        for left in self.folder.glob(".atoll-*"):
            with suppress(OSError):
                left.unlink()

    def entries(self) -> tuple[Entry, ...]:
        """Return the runs, the last played first; what is no run is set aside."""
        found = [entry for path in self._runs() if (entry := self._entry(path)) is not None]
        return tuple(sorted(found, key=lambda entry: (-entry.played_ns, entry.name)))

    def next_seed(self, case: str) -> int:
        """Return a seed of a case that no run here has had, nor one that was set aside."""
        had = {entry.seed for entry in self.entries() if entry.case == case}
        had |= {seed for seed, _ in self._numbers(case)}
        return max((seed for seed in had if seed < _MOST_SEED), default=0) + 1

    def new_name(self, case: str, seed: int) -> str:
        """Return a name for a new run of a case; it is taken once the run is saved."""
        number = max((number for other, number in self._numbers(case) if other == seed), default=0) + 1
        return f"{case}-{seed}-{number}"

    def load(self, name: str) -> Run:
        """Return a run.

        Raises
        ------
        BadInput
            If there is none of this name, it is of another version of Atoll, or it is damaged and was set aside.
        """
        path = self._path(name)
        if not path.is_file():
            raise BadInput(f"{path}: there is no such run")
        version = _version_in(path)
        if version not in {None, __version__}:
            raise BadInput(f"{path}: recorded by engine {version}, this is {__version__}; it stays as it is")
        try:
            run = read_run(path)
            if run.seal is None or run.state is None:
                raise BadInput(f"{path}: the run has no seal")
        except BadInput as error:
            raise BadInput(self._set_aside(path, str(error))) from error
        return run

    def save(self, name: str, run: Run) -> None:
        """Keep a run; when this returns, it is on disk.

        Raises
        ------
        BadInput
            If it cannot be written, or another process writes here.
        """
        self.claim()
        write_run(self._path(name), run)
        _sync(self.folder)

    def note_score(self, name: str, sheet: ScoreSheet) -> None:
        """Keep the dials of a finished run beside it, for the list of cases.

        Raises
        ------
        BadInput
            If it cannot be written, or another process writes here.
        """
        self.claim()
        dials = {str(dial): DialNote(value=one.value, se=one.se) for dial, one in sheet.dials.items()}
        note = ScoreNote(overall=sheet.overall, dials=dials)
        write_atomically(self.folder / f"{name}{_SCORE}", note.model_dump_json(indent=1).encode())
        self._known.pop(name, None)

    def _path(self, name: str) -> Path:
        if not name or Path(name).name != name or name.startswith("."):
            raise BadInput(f"{name!r} is no name of a run")
        return self.folder / f"{name}{_RUN}"

    def _runs(self) -> list[Path]:
        if not self.folder.is_dir():
            return []
        paths = self.folder.glob(f"*{_RUN}")
        return [path for path in paths if not path.name.startswith(".") and not path.name.endswith(_SCORE)]

    def _numbers(self, case: str) -> Iterable[tuple[int, int]]:
        """Return seed and running number of every name that was given to a run of a case."""
        for path in self.folder.glob(f"{case}-*{_RUN}*"):
            parts = path.name.partition(".")[0].removeprefix(f"{case}-").split("-")
            if len(parts) == 2 and all(part.isascii() and part.isdigit() and len(part) < 20 for part in parts):
                yield int(parts[0]), int(parts[1])

    def _entry(self, path: Path) -> Entry | None:
        name = path.name.removesuffix(_RUN)
        try:
            stat = path.stat()
        except OSError:
            return None  # it went while the list was made
        stamp = (stat.st_mtime_ns, stat.st_size)
        known = self._known.get(name)
        if known is not None and known[0] == stamp:
            return known[1]
        try:
            entry = self._read_entry(name, path, stat.st_mtime_ns)
        except BadInput as error:
            self._complain(self._set_aside(path, str(error)))
            return None
        self._known[name] = (stamp, entry)
        return entry

    def _read_entry(self, name: str, path: Path, played_ns: int) -> Entry:
        """Return an entry from the events alone: the seal is looked at when the run is loaded."""
        raw = read_bounded(path, MAX_BYTES)
        try:
            run = _Glimpse.model_validate_json(raw)
        except ValidationError as error:
            if _version_of(raw) in {None, __version__}:
                raise BadInput(f"{path}: no run, or cut short") from error
            return _foreign_entry(name, raw, played_ns, path)
        head, score = run.header, self._score(name)
        day, over = _standing(run.events)
        playable = head.engine == __version__
        return Entry(
            name,
            head.case,
            head.version,
            head.seed,
            head.mode,
            day,
            over or score is not None,
            played_ns,
            playable,
            score,
        )

    def _score(self, name: str) -> ScoreNote | None:
        path = self.folder / f"{name}{_SCORE}"
        if not path.exists():
            return None
        try:
            return ScoreNote.model_validate_json(read_bounded(path, _SCORE_BYTES))
        except (BadInput, ValidationError):
            self._complain(self._set_aside(path, f"{path}: no score"))
            return None

    def _set_aside(self, path: Path, reason: str) -> str:
        """Rename a file that is not what it should be, and return the line that says so."""
        aside = path.with_name(path.name + _DAMAGED)
        number = 1
        while aside.exists():
            number += 1
            aside = path.with_name(f"{path.name}.{number}{_DAMAGED}")
        try:
            path.rename(aside)
        except OSError as error:
            return f"{reason}; it could not be set aside ({error.strerror})"
        return f"{reason}; set aside as {aside.name}"

    def _complain(self, line: str) -> None:
        if line not in self.complaints:
            self.complaints = (*self.complaints, line)


def _standing(events: Iterable[_Glance]) -> tuple[int, bool]:
    """Return the day on which a run stands, and whether it is over: `situation_of` in short."""
    kept: list[tuple[int, _Glance]] = []
    for number, event in enumerate(events, 1):
        if event.kind == "rollback":
            kept = [(n, e) for n, e in kept if n <= event.to]
        elif event.kind in {"advanced", "end"}:
            kept.append((number, event))
    day = next((event.day for _, event in reversed(kept)), 0)
    over = any(event.kind == "end" or any(one.kind == "death" for one in event.why) for _, event in kept)
    return day, over


def _version_of(raw: bytes) -> str | None:
    """Return the version of Atoll that wrote a run, if it says one."""
    try:
        value = from_json(raw)
    except ValueError:
        return None
    header = value.get("header") if isinstance(value, dict) else None
    version = header.get("engine") if isinstance(header, dict) else None
    return version if isinstance(version, str) else None


def _version_in(path: Path) -> str | None:
    try:
        return _version_of(read_bounded(path, MAX_BYTES))
    except BadInput:
        return None


def _foreign_entry(name: str, raw: bytes, played_ns: int, path: Path) -> Entry:
    """Return the entry of a run of another version, as far as its header can be understood."""
    header: Mapping[str, object] = from_json(raw)["header"]
    case, seed, mode = header.get("case"), header.get("seed"), header.get("mode")
    if not isinstance(case, str) or not isinstance(seed, int) or not 0 <= seed < 2**63:
        raise BadInput(f"{path}: no run")
    kind: Mode = "exam" if mode == "exam" else "tutor"
    return Entry(name, case, 0, seed, kind, 0, over=False, played_ns=played_ns, playable=False)


def _sync(folder: Path) -> None:
    """Make the new name in a folder last, too; Windows does so by itself."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network drives know no such thing
            os.fsync(handle)
    finally:
        os.close(handle)
