"""`atoll simulate` and `atoll validate`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from trainer.cli.engine import engine
from trainer.cli.output import announce, complain, csv_bytes, print_json, print_table, progress
from trainer.cli.word import add_json, count, whole
from trainer.core.storage import check_target, write_atomically
from trainer.course.cohort import simulate
from trainer.course.outcome import COLUMNS
from trainer.course.validating import Checked, validate
from trainer.knowledge.casebook import cohort_of

_MOST_PATIENTS = 1_000_000
_MOST_DAYS = 3650
_SEED = 1


def add(commands: Any) -> None:
    """Add the commands to the parser."""
    one = commands.add_parser(
        "simulate",
        help="carry a cohort of patients through time and write what became of each",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Carry a cohort of a disease, or of a case, through time under a plan.\n"
        "Writes a CSV with one row a patient, and a data dictionary beside it; without --out prints a summary.",
        epilog="columns:\n"
        + "\n".join(f"  {name:36s}{column.unit:8s}{column.meaning}" for name, column in COLUMNS.items())
        + "\n\nexample:\n  atoll simulate cop --patients 2000 --days 365 --plan germop-24w --out cop.csv",
    )
    one.add_argument("what", metavar="DISEASE|CASE", help="identifier or synonym of a disease, or a case")
    one.add_argument("--patients", type=count("patients", 1, _MOST_PATIENTS), default=1000, metavar="N")
    one.add_argument("--days", type=count("days", 0, _MOST_DAYS), default=365, metavar="D")
    one.add_argument("--plan", default="untreated", help="name of a plan or a YAML file (default: untreated)")
    one.add_argument("--seed", type=whole, default=_SEED, metavar="S")
    one.add_argument("--out", type=Path, metavar="FILE.csv")
    add_json(one)
    one.set_defaults(run=_simulate)
    two = commands.add_parser(
        "validate",
        help="print published figures beside simulated ones",
        description="Simulate cohorts of at least 2,000 patients and print each published figure, its interval, n and "
        "source beside the simulated value with its Monte-Carlo interval. Exit status 1 if a figure lies outside its "
        "interval and is not declared as a known miss.",
        epilog="example: atoll validate --json",
    )
    add_json(two)
    two.set_defaults(run=_validate)


def _simulate(arguments: argparse.Namespace) -> int:
    if arguments.out is not None:
        check_target(arguments.out)
        check_target(_dictionary_of(arguments.out))
    ready = engine()
    cohort = cohort_of(arguments.what, ready.library)
    plan = ready.library.plan(arguments.plan)
    with progress(f"{arguments.what}, {plan.id}") as tell:
        columns = simulate(ready, cohort, plan, arguments.patients, arguments.days, arguments.seed, tell)
    if arguments.out is not None:
        write_atomically(_dictionary_of(arguments.out), _dictionary())
        write_atomically(arguments.out, csv_bytes(columns))
        announce(f"{arguments.patients} patients written to {arguments.out}, their columns explained beside it")
    if arguments.json:
        print_json({"disease": cohort.disease, "plan": plan.id, "seed": arguments.seed, "columns": _summary(columns)})
    elif arguments.out is None:
        rows = [[n, f"{s['n']}", _number(s["mean"]), _number(s["sd"])] for n, s in _summary(columns).items()]
        print_table(rows, ("column", "n", "mean", "SD"))
    return 0


def _dictionary_of(path: Path) -> Path:
    return path.with_name(f"{path.stem}.dictionary.csv")


def _dictionary() -> bytes:
    return csv_bytes(
        {
            "column": list(COLUMNS),
            "unit": [column.unit for column in COLUMNS.values()],
            "meaning": [column.meaning for column in COLUMNS.values()],
        }
    )


def _summary(columns: dict[str, np.ndarray]) -> dict[str, dict[str, float]]:
    found = {}
    for name, values in columns.items():
        if values.dtype.kind != "f":
            continue
        known = values[np.isfinite(values)]
        if len(known):
            found[name] = {"n": len(known), "mean": float(known.mean()), "sd": float(known.std())}
    return found


def _number(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"


def _validate(arguments: argparse.Namespace) -> int:
    ready = engine()
    checked = validate(ready, ready.library.validation, tell=lambda name: announce(f"simulating {name}"))
    if arguments.json:
        print_json([_row(c) for c in checked])
    else:
        header = ("row", "figure", "published", "interval", "n", "source", "simulated", "95 % Monte Carlo", "verdict")
        print_table([_cells(c) for c in checked], header)
        for c in checked:
            if c.verdict == "known miss":
                print(f"known miss, row {c.row.number}: {c.row.known_miss}")
    outside = [c.row.number for c in checked if c.verdict == "outside"]
    if outside:
        complain(f"outside the published interval: row {', '.join(outside)}")
    return 1 if outside else 0


def _cells(c: Checked) -> list[str]:
    unit = "" if c.row.unit == "1" else f" {c.row.unit}"
    interval = "-" if c.row.low is None else f"{c.row.low:g} to {c.row.high:g}"
    return [
        c.row.number, c.row.quantity, f"{c.row.published:g}{unit}", interval, str(c.row.n), c.row.source,
        f"{c.value:.3g}{unit}", f"{c.low:.3g} to {c.high:.3g}", c.verdict,
    ]  # fmt: skip


def _row(c: Checked) -> dict[str, Any]:
    return {
        "row": c.row.number, "figure": c.row.quantity, "unit": c.row.unit, "published": c.row.published,
        "low": c.row.low, "high": c.row.high, "n": c.row.n, "source": c.row.source, "simulated": c.value,
        "simulated_low": c.low, "simulated_high": c.high, "patients": c.patients, "verdict": c.verdict,
        "known_miss": c.row.known_miss,
    }  # fmt: skip
