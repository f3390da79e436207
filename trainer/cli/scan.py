"""`atoll scan`: a patient's chest CT on one or more days, as DICOM files."""

from __future__ import annotations

import argparse
import os
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.cli.engine import engine
from trainer.cli.output import announce, print_json, print_table, progress
from trainer.cli.word import add_chest, add_json, count, whole
from trainer.core.chance import key_of
from trainer.core.error import BadInput
from trainer.core.place import home_dir
from trainer.core.storage import check_target, write_atomically
from trainer.core.time import TICKS_PER_DAY
from trainer.course.beginning import person_of
from trainer.course.history import chest_of, follow
from trainer.course.opacity import ChestState
from trainer.course.person import ChestName, Person
from trainer.knowledge.casebook import case_names, case_plan, cohort_of, read_case
from trainer.knowledge.statement import LAST_DAY

if TYPE_CHECKING:
    from trainer.chest.anatomy.model import Anatomy
    from trainer.chest.protocol import Protocol
    from trainer.chest.series import Series

_FIRST_DAY = -2000  # before any history begins
_DESCRIPTION = """\
Scan a patient of a disease, or of a case, and write the CT as DICOM files.

Each slice is one CT Image Storage object; --truth adds a segmentation of the opacities and signs, --radiograph a
frontal film. All are marked SyntheticData and SIMULATED. With several days each visit has its own folder
(day-000, day-028, ...), study and frame of reference, and the patient the same identity. The same words give the
same bytes. The folder appears when everything in it is complete, and not before.

With --chest the opacities are drawn into an imported chest (`atoll chest import`): with its own kernel, and in slices
that are no thinner and no closer than it was scanned in."""
_EXAMPLE = """\
examples:
  atoll scan cop --day 0 --day 28 --plan germop-24w --seed 7 --truth --montage cop.png --out cop-scans
  atoll scan uip --day 0 --montage uip.png
  atoll scan cop --day 0 --chest ward-3 --montage cop.png"""


def add(commands: Any) -> None:
    """Add the command to the parser."""
    one = commands.add_parser(
        "scan",
        help="write a patient's chest CT of one or more days as DICOM",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=_DESCRIPTION,
        epilog=_EXAMPLE,
    )
    one.add_argument("what", metavar="DISEASE|CASE", help="identifier or synonym of a disease, or a case")
    one.add_argument(
        "--day", type=count("is no day", _FIRST_DAY, LAST_DAY), action="append", required=True, metavar="D",
        help="day from presentation, negative in the history; may be given several times",
    )  # fmt: skip
    one.add_argument("--plan", default="untreated", help="name of a plan or a YAML file (default: untreated)")
    one.add_argument("--seed", type=whole, default=1, metavar="S", help="which patient (default: 1)")
    one.add_argument("--kernel", choices=("lung", "soft"), help="(default: lung)")
    one.add_argument("--thickness", type=_thickness, metavar="MM", help="of the slices, 1 to 5 mm (default: 1)")
    add_chest(one)
    one.add_argument("--truth", action="store_true", help="add a segmentation of the opacities and signs")
    one.add_argument("--radiograph", action="store_true", help="add a frontal film")
    one.add_argument(
        "--montage", type=_place, metavar="FILE.png", help="draw six levels and a coronal plane of each day"
    )
    one.add_argument("--force", action="store_true", help="replace an earlier scan in the folder")
    one.add_argument("--out", type=_place, metavar="DIR", help="folder of the DICOM files; --montage alone writes none")
    add_json(one)
    one.set_defaults(run=_scan)


def _place(text: str) -> Path:
    if not text.strip():
        raise argparse.ArgumentTypeError("an empty name is no place to write to")
    return Path(text)


def _thickness(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 1.0 <= value <= 5.0:
        raise argparse.ArgumentTypeError(f"{text!r} is no slice thickness; 1 to 5 mm are expected")
    return value


@dataclass(frozen=True)
class _Patient:
    """A patient with the chest's state on the days asked for."""

    person: Person
    plan: str
    states: dict[int, ChestState]


def _scan(arguments: argparse.Namespace) -> int:
    from trainer.dicom.writing import check_folder, whole_folder

    days = sorted(set(arguments.day))
    out = None if arguments.out is None else Path(os.path.realpath(arguments.out))
    if out is not None:
        check_folder(out, arguments.force)
    elif arguments.montage is None or arguments.truth or arguments.radiograph:
        raise BadInput("atoll scan: no folder for the DICOM files; add --out DIR, or --montage FILE.png alone")
    _check_montage(arguments.montage, out)
    chest = None if arguments.chest is None else _called(arguments.chest)
    patient = _patient(arguments, days)
    if chest is not None:
        patient = replace(patient, person=replace(patient.person, chest=chest))
    scans = _series(patient, arguments)
    reports = []
    with nullcontext() if out is None else whole_folder(out, arguments.force) as part:
        for day, series in scans.items():
            report = _report(day, series)
            if out is not None and part is not None:
                name = f"day-{day:03d}" if len(days) > 1 else "."
                report |= _write(part / name, patient.person, day, series, arguments) | {"folder": out / name}
            reports.append(report)
        if arguments.montage is not None:
            _draw(arguments.montage, scans)
    if arguments.json:
        head: dict[str, Any] = {
            "patient": f"SIM-{patient.person.key:016X}",
            "plan": patient.plan,
            "seed": arguments.seed,
        }
        if chest is not None:
            head["chest"] = asdict(chest)
        print_json({"of": arguments.what, **head, "folder": out, "montage": arguments.montage, "visits": reports})
    else:
        _tell(reports, with_truth=arguments.truth)
    return 0


def _write(folder: Path, person: Person, day: int, series: Series, arguments: argparse.Namespace) -> dict[str, Any]:
    from trainer.dicom.identity import visit_of
    from trainer.dicom.writing import write_visit

    folder.mkdir(exist_ok=True)
    with progress(f"day {day}") as tell:
        visit = visit_of(person, day, series)
        written = write_visit(folder, visit, series, arguments.truth, arguments.radiograph, tell)
    return {"study_date": visit.date, "segments": written.segments, "radiograph": written.radiograph}


def _check_montage(path: Path | None, out: Path | None) -> None:
    if path is None:
        return
    if out is not None and path.resolve().is_relative_to(out):
        raise BadInput(f"{path}: lies in the folder of the scan, which holds DICOM files only; choose another place")
    check_target(path)


def _patient(arguments: argparse.Namespace, days: list[int]) -> _Patient:
    ready = engine()
    library = ready.library
    cohort = cohort_of(arguments.what, library)
    plan = (
        case_plan(read_case(cohort.name, library), arguments.plan, library)
        if cohort.name in case_names()
        else library.plan(arguments.plan)
    )
    onset = ready.members(cohort, arguments.seed, 0, 1)
    history = follow(ready.parameters, onset, plan, library.treatments, max(0, days[-1]), days)
    for day in days:
        death = int(history.snapshots[day].patients["death_tick"][0])
        if death <= day * TICKS_PER_DAY:
            raise BadInput(f"day {day}: this patient died on day {death // TICKS_PER_DAY} under the plan {plan.id}")
    states = {day: chest_of(history.snapshots[day], 0, day) for day in days}
    return _Patient(person_of(onset.patients[0]), plan.id, states)


def _series(patient: _Patient, arguments: argparse.Namespace) -> dict[int, Series]:
    from trainer.chest.anatomy.build import anatomy_of
    from trainer.chest.series import Series

    try:
        with progress("building the chest" if patient.person.chest is None else "opening the chest") as tell:
            anatomy = anatomy_of(patient.person, tell)
    except OSError as error:
        raise BadInput(
            f"{home_dir()}: the chest cannot be kept ({error.strerror}); make room, or let ATOLL_HOME name a place"
        ) from error
    protocol = _protocol(arguments, anatomy)
    return {
        day: Series(anatomy, state, protocol, key_of("visit", patient.person.key, day))
        for day, state in patient.states.items()
    }


def _called(name: str) -> ChestName:
    from trainer.chest.chests import chest_called

    return chest_called(name).named


def _protocol(arguments: argparse.Namespace, anatomy: Anatomy) -> Protocol:
    """Return how the chest is scanned; what an imported one cannot do is said."""
    from trainer.chest.field import as_scanned
    from trainer.chest.protocol import Protocol

    mm = arguments.thickness or 1.0
    asked = Protocol(kernel=arguments.kernel or "lung", thickness_mm=mm, spacing_mm=mm)
    if anatomy.acquisition is None:
        return asked
    made = as_scanned(asked, anatomy.acquisition)
    if arguments.thickness is not None and made != asked:
        slices = f"slices of {made.thickness_mm:g} mm every {made.spacing_mm:g} mm"
        announce(f"--thickness {mm:g}: raised to {slices}, as it was scanned")
    if arguments.kernel is not None:
        announce(f"--kernel {arguments.kernel} has no effect: an imported chest is shown with the kernel it came with")
    return made


def _draw(path: Path, scans: dict[int, Series]) -> None:
    from trainer.chest.montage import montage, png

    with progress("drawing"):
        picture = png(montage([(f"day {day}", series) for day, series in scans.items()]))
    write_atomically(path, picture)


def _report(day: int, series: Series) -> dict[str, Any]:
    from trainer.dicom.segmentation import lobe_name

    signs = series.signs()
    shown = [o for o in series.state.opacities if int(o["label"]) in signs]
    kernel = series.protocol.kernel if series.anatomy.acquisition is None else "as scanned"
    return {
        "day": day, "folder": None, "study_date": None, "slices": series.count,
        "spacing_mm": list(series.spacing_mm), "kernel": kernel,
        "thickness_mm": series.protocol.thickness_mm, "segments": 0, "radiograph": False,
        "opacities": [
            {
                "label": int(o["label"]), "lobe": lobe_name(o["lobe"]), "volume_ml": round(float(o["volume_ml"]), 2),
                "fill": round(float(o["fill"]), 3), "signs": [sign.value for sign in signs[int(o["label"])]],
            }
            for o in shown
        ],
    }  # fmt: skip


def _tell(reports: list[dict[str, Any]], *, with_truth: bool) -> None:
    for report in reports:
        size = " x ".join(f"{mm:.2f}" for mm in report["spacing_mm"])
        where = "drawn, not written" if report["folder"] is None else f"in {report['folder']}"
        announce(f"day {report['day']}: {report['slices']} slices of {size} mm (z, y, x) {where}")
    rows = [_row(report["day"], opacity) for report in reports for opacity in report["opacities"]]
    if with_truth and rows:
        print_table(rows, ("day", "opacity", "lobe", "ml", "fill", "signs"))


def _row(day: int, o: dict[str, Any]) -> list[str]:
    numbers = (f"{o['volume_ml']:.1f}", f"{o['fill']:.2f}")
    return [str(day), str(o["label"]), o["lobe"], *numbers, ", ".join(o["signs"])]
