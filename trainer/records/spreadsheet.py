"""Results as files that a spreadsheet opens: CSV with a data dictionary, and no cell that is taken for a formula."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from trainer.core.storage import check_target, write_atomically
from trainer.encounter.performance import FORECAST_KINDS
from trainer.knowledge.marking import DIALS
from trainer.records.result import Finished

Value = str | float | int | bool | datetime | None
DISCLAIMER: Final = "Simulated, for training; no measure of clinical competence."
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet may take for the beginning of a formula (OWASP, CSV injection, with the full-width forms)."""

_AFTER_SEMICOLON: Final = re.compile(f";(?=[{re.escape(''.join(_FORMULA))}])")


@dataclass(frozen=True)
class Column:
    """A column of a table: its name, unit and meaning."""

    name: str
    unit: str
    meaning: str


RESULT_COLUMNS: Final = (
    Column("learner", "", "pseudonym"),
    Column("run", "", "name of the run"),
    Column("case", "", "identifier of the case"),
    Column("case_version", "1", "version of the case"),
    Column("seed", "1", "which patient of the case"),
    Column("mode", "", "tutor (feedback on the way, going back allowed) or exam (neither)"),
    Column("time_factor", "1", "time of an examination as a multiple of the case's"),
    Column("chest", "", "name of the imported chest that the pictures showed; empty for a chest that was built"),
    Column("chest_digest", "", "SHA-256 of that chest, by which it is told from another of the same name"),
    Column("engine", "", "version of Atoll that scored; scores of different versions need not compare"),
    Column("policy", "", "policy that scored; scores under different policies do not compare"),
    Column("disease", "", "identifier of what the patient had"),
    Column("difficulty", "", "introductory, intermediate or advanced, as the author sees it"),
    Column("begun_at", "UTC", "when the run was begun (ISO 8601)"),
    Column("scored_at", "UTC", "when it was scored (ISO 8601)"),
    Column("played_before", "0/1", "whether the learner had finished a run of this case before: what it is was known"),
    Column("went_back", "1", "how often the learner went back on the way; the score is of the last path alone"),
    Column("overall", "0-100", "weighted geometric mean of the dials, capped where a safety gate failed"),
    Column("gates_failed", "1", "safety gates that failed"),
    *(
        column
        for dial in DIALS
        for column in (
            Column(dial, "0-100", f"the dial of {dial}; empty where the case asks nothing of it"),
            Column(f"{dial}_se", "points", f"standard error of {dial} within this case: how few items it rests on"),
        )
    ),
    Column("forecasts", "1", "forecasts of the next visit that could be held against what came"),
    Column("forecast_brier", "0-4", "mean over them of the Brier score of trend and relapse, 0 best; luck included"),
    Column("leads", "1", "visits at which a differential was stated"),
    Column("lead_share", "0-1", "mean share given to the leading diagnosis"),
    Column("lead_right", "0-1", "how often the leading diagnosis was what the patient had"),
    Column("note", "", DISCLAIMER),
)
"""The columns of a file of results, one row a finished run that has a score."""


def results_csv(learner: str, runs: Iterable[Finished]) -> bytes:
    """Return the scored runs of a learner as CSV."""
    met: set[str] = set()
    rows = []
    for run in runs:
        if run.result is not None:
            rows.append(_row(learner, run, run.case in met))
        met.add(run.case)
    return csv_file([column.name for column in RESULT_COLUMNS], rows)


def _row(learner: str, run: Finished, before: bool) -> list[Value]:
    result = run.result
    assert result is not None
    row: list[Value] = [
        learner, run.name, run.case, run.version, run.seed, run.mode, run.time_factor, run.chest, run.chest_digest,
        result.engine, result.policy, result.disease, result.difficulty, run.made_at, result.scored_at, before,
        run.went_back, result.overall, result.gates_failed,
    ]  # fmt: skip
    for name in DIALS:
        dial = result.dials.get(name)
        row += [None, None] if dial is None else [dial.value, dial.se]
    forecasts = [claim for claim in result.claims if claim.kind in FORECAST_KINDS]
    made = len({claim.event for claim in forecasts})
    # the trend is a Brier score over three outcomes, the relapse one over two, whose halves are alike
    loss = sum((claim.share - claim.came) ** 2 * (2 if claim.kind == "relapse" else 1) for claim in forecasts)
    leads = [claim for claim in result.claims if claim.kind == "lead"]
    row += [made, loss / made if made else None, len(leads)]
    row += [sum(c.share for c in leads) / len(leads), sum(c.came for c in leads) / len(leads)] if leads else [None] * 2
    return [*row, "SIMULATED"]


def dictionary_csv(columns: Sequence[Column]) -> bytes:
    """Return what the columns of a file mean, as CSV."""
    return csv_file(("column", "unit", "meaning"), [(one.name, one.unit, one.meaning) for one in columns])


def dictionary_path(path: Path) -> Path:
    """Return where the dictionary of a file goes: beside it."""
    return path.with_name(f"{path.stem}.dictionary.csv")


def write_table(path: Path, content: bytes, columns: Sequence[Column]) -> None:
    """Write a table and beside it what its columns mean, each whole or not at all.

    Raises
    ------
    BadInput
        If one of them cannot be written; then neither is, as far as can be known beforehand.
    """
    beside = dictionary_path(path)
    for target in (path, beside):
        check_target(target)
    write_atomically(beside, dictionary_csv(columns))
    write_atomically(path, content)


def csv_file(header: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """Return a table as CSV in UTF-8 with a byte order mark, by which Excel knows it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([guarded(name) for name in header])
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def guarded(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: one that could be begins with an apostrophe.

    So does what follows a semicolon, which parts the cells where a comma parts the decimals.
    """
    inner = _AFTER_SEMICOLON.sub(";'", text)
    return f"'{inner}" if text.startswith(_FORMULA) else inner


def _cell(value: Value) -> str:
    match value:
        case None:
            return ""
        case str():
            return guarded(value)
        case bool():
            return str(int(value))
        case datetime():
            return value.isoformat(timespec="seconds")
        case int():
            return str(value)
        case _:
            return f"{value:.6g}" if math.isfinite(value) else ""
