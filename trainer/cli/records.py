"""`atoll records`, `atoll learner` and `atoll runs`: what is kept, whose it is, and how it is taken elsewhere."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.cli.output import announce, print_json, print_table
from trainer.cli.word import add_json
from trainer.core.error import BadInput
from trainer.core.storage import check_target
from trainer.records.run_file import check_sealed, read_run, write_run

if TYPE_CHECKING:  # the database is loaded by the commands that need it
    from trainer.records.database import Records
    from trainer.records.learner import Learner
    from trainer.records.shelf import Shelf


def add(commands: Any) -> None:
    """Add the commands to the parser."""
    _add_records(_group(commands, "records", "look after the records: check, back up, bring up to date"))
    _add_learner(_group(commands, "learner", "the learners: list, add, choose, export, erase"))
    _add_runs(_group(commands, "runs", "the runs of a learner: list, export, import"))


def _group(commands: Any, name: str, text: str) -> Any:
    parser = commands.add_parser(
        name,
        help=text,
        description=f"{text[:1].upper()}{text[1:]}.",
        epilog=f"example: atoll {name} {'check' if name == 'records' else 'list'} --json",
    )
    return parser.add_subparsers(metavar="WHAT", dest="what", required=True)


def _word(group: Any, name: str, text: str, work: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = group.add_parser(name, help=text, description=f"{text[:1].upper()}{text[1:]}.")
    parser.set_defaults(run=work)
    return parser


def _add_records(group: Any) -> None:
    add_json(_word(group, "check", "check the records as a whole, and every run's chain and seal", _check))
    _word(group, "backup", "take a backup of the records now", _backup)
    _word(group, "upgrade", "make or change the tables on a server (take a pg_dump first)", _upgrade)


def _add_learner(group: Any) -> None:
    add_json(_word(group, "list", "list the learners; a star marks who plays here", _list_learners))
    for name, text, work in (
        ("add", "add a learner under a pseudonym", _add),
        ("choose", "choose who plays here", _choose),
        ("export", "write all that is kept of a learner into a zip", _export_learner),
        ("erase", "erase all that is kept of a learner, backups too", _erase),
    ):
        parser = _word(group, name, text, work)
        parser.add_argument("pseudonym", metavar="PSEUDONYM")
        if name == "export":
            parser.add_argument("--out", type=Path, metavar="FILE.zip", required=True)
        if name == "erase":
            parser.add_argument("--yes", action="store_true", help="do it: what was erased cannot be had back")


def _add_runs(group: Any) -> None:
    listing = _word(group, "list", "list the runs", _list_runs)
    add_json(listing)
    taking = _word(group, "export", "write a run into a file that another workstation replays", _export_run)
    taking.add_argument("name", metavar="NAME")
    taking.add_argument("--out", type=Path, metavar="RUN.json", required=True)
    giving = _word(group, "import", "take a run from a file among one's own", _import_run)
    giving.add_argument("path", metavar="RUN.json", type=Path)
    for parser in (listing, taking, giving):
        parser.add_argument("--learner", metavar="PSEUDONYM", help="whose (default: who plays here)")


@contextmanager
def _open(upgrade: bool = False) -> Iterator[Records]:
    from trainer.records.database import Records

    records = Records(upgrade=upgrade)
    try:
        yield records
    finally:
        records.close()


def _shelf(records: Records, pseudonym: str | None) -> Shelf:
    from trainer.records.learner import current_learner, learner_called
    from trainer.records.shelf import Shelf

    learner = current_learner(records) if pseudonym is None else learner_called(records, pseudonym)
    return Shelf(records, learner.id)


def _check(arguments: argparse.Namespace) -> int:
    from trainer.records.learner import learners
    from trainer.records.shelf import Shelf

    faults: list[str] = []
    runs = 0
    with _open() as records:
        faults += records.check()
        for learner in learners(records):
            shelf = Shelf(records, learner.id)
            entries = shelf.entries()
            faults += shelf.faults
            runs += len(entries)
            for entry in entries:
                if entry.playable and (fault := _fault(shelf, entry.name)) is not None:
                    faults.append(fault)
        place, notices = records.place, records.notices
    if arguments.json:
        print_json({"records": place, "runs": runs, "faults": faults, "notices": notices})
    else:
        for fault in faults:
            print(fault)
        print(f"{place}: {runs} runs, {len(faults) or 'no'} fault{'' if len(faults) == 1 else 's'}")
    return 1 if faults else 0


def _fault(shelf: Shelf, name: str) -> str | None:
    try:
        shelf.load(name)
    except BadInput as error:
        return str(error)
    return None


def _backup(_: argparse.Namespace) -> int:
    from trainer.records.backup import take_backup

    with _open() as records:
        if records.file is None:
            raise BadInput(f"{records.place}: a server is backed up by whoever keeps it, with pg_dump")
        records.claim()
        print(take_backup(records.file, datetime.now(UTC)))
    return 0


def _upgrade(_: argparse.Namespace) -> int:
    with _open(upgrade=True) as records:
        print(f"{records.place}: the tables are as this version of Atoll needs them")
    return 0


def _list_learners(arguments: argparse.Namespace) -> int:
    from trainer.records.learner import found_learner, learners

    with _open() as records:
        here, known = found_learner(records), learners(records)
    if arguments.json:
        rows = [{"pseudonym": one.pseudonym, "exam_date": _day(one), "here": one == here} for one in known]
        print_json(rows)
    else:
        print_table([["*" if one == here else "", one.pseudonym, _day(one) or ""] for one in known],
                    ("", "learner", "examination"))  # fmt: skip
    return 0


def _day(learner: Learner) -> str | None:
    return None if learner.exam_date is None else learner.exam_date.isoformat()


def _add(arguments: argparse.Namespace) -> int:
    from trainer.records.learner import add_learner

    with _open() as records:
        print(f"{add_learner(records, arguments.pseudonym).pseudonym}: added")
    return 0


def _choose(arguments: argparse.Namespace) -> int:
    from trainer.records.learner import choose_learner, learner_called

    with _open() as records:
        choose_learner(learner_called(records, arguments.pseudonym))
    print(f"{arguments.pseudonym}: plays here from now on")
    return 0


def _export_learner(arguments: argparse.Namespace) -> int:
    from trainer.records.learner import export_learner, learner_called

    with _open() as records:
        export_learner(records, learner_called(records, arguments.pseudonym).id, arguments.out)
    print(f"{arguments.pseudonym}: all that is kept was written to {arguments.out}")
    return 0


def _erase(arguments: argparse.Namespace) -> int:
    from trainer.records.learner import erase_learner, learner_called

    with _open() as records:
        learner = learner_called(records, arguments.pseudonym)
        if not arguments.yes:
            raise BadInput(
                f"{learner.pseudonym}: nothing was erased; --yes erases all runs, results, cards and backups"
            )
        left = erase_learner(records, learner.id)
    print(f"{learner.pseudonym}: erased. What may hold some of it still:")
    for line in left:
        print(f"  - {line}")
    return 0


def _list_runs(arguments: argparse.Namespace) -> int:
    with _open() as records:
        shelf = _shelf(records, arguments.learner)
        entries = shelf.entries()
        for line in shelf.faults:
            announce(f"atoll: {line}")
    rows = [
        {"name": one.name, "case": one.case, "seed": one.seed, "mode": one.mode, "day": one.day,
         "chest": one.chest, "state": "over" if one.over else "in play",
         "overall": None if one.score is None else one.score.overall}
        for one in entries
    ]  # fmt: skip
    if arguments.json:
        print_json(rows)
    else:
        header = ("name", "case", "seed", "mode", "day", "chest", "state", "overall")
        cells = [[*(str(v) for v in list(row.values())[:-1]), _number(row["overall"])] for row in rows]
        print_table(cells, header)
    return 0


def _number(value: Any) -> str:
    return "" if value is None else f"{value:.0f}"


def _export_run(arguments: argparse.Namespace) -> int:
    from trainer.records.selfassessment import check_told

    check_target(arguments.out)
    if arguments.out.exists():
        raise BadInput(f"{arguments.out}: is there already; name another file, or remove it")
    with _open() as records:
        shelf = _shelf(records, arguments.learner)
        check_told(records, shelf.learner_id, arguments.name)
        write_run(arguments.out, shelf.load(arguments.name))
    print(f"{arguments.name}: written to {arguments.out}; a SIMULATED patient, for training")
    return 0


def _import_run(arguments: argparse.Namespace) -> int:
    from trainer.records.selfassessment import awaited

    run = read_run(arguments.path)
    check_sealed(run, str(arguments.path))
    with _open() as records:
        shelf = _shelf(records, arguments.learner)
        have = shelf.name_of(run)
        if have is not None:
            raise BadInput(f"{arguments.path}: is there already, as {have}")
        if awaited(records, shelf.learner_id, run.header.case, run.header.seed):
            raise BadInput(f"{arguments.path}: of a patient of a self-assessment that is open; close it first")
        name = shelf.new_name(run.header.case, run.header.seed)
        shelf.save(name, run)
    print(f"{arguments.path}: taken in as {name}")
    return 0
