"""`atoll pack`: cases of other authors, installed from one file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from trainer.cli.case import case_faults
from trainer.cli.output import announce, one_line, print_json, print_table
from trainer.cli.word import add_json
from trainer.core.error import BadInput, Fault
from trainer.core.storage import check_target
from trainer.course.rehearsal import SEEDS
from trainer.knowledge.installation import install, make_pack, remove
from trainer.knowledge.library import library
from trainer.knowledge.pack import PACK_FILE, Installed, PackHeader, installed

_DESCRIPTION = """\
Install, list, remove and make case packs: files (*.atollpack) with cases of other authors.

A pack holds plain texts and numbers, never programs. Before it is installed every case in it is checked as `atoll
lint` does, and rehearsed on three patients. Its cases then stand in the library and in `atoll cases`; a window that is
open shows them when it is started again. Install packs of people you know: a pack cannot harm the machine, but it
can teach what is wrong."""
_EXAMPLE = """\
examples:
  atoll pack make my-cases --out my-cases.atollpack
  atoll pack install my-cases.atollpack
  atoll pack list --json"""
_TRIED = (1, 2, 3)


def add(commands: Any) -> None:
    """Add the command to the parser."""
    one = commands.add_parser(
        "pack",
        help="install, list, remove and make packs of cases",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=_DESCRIPTION,
        epilog=_EXAMPLE,
    )
    acts = one.add_subparsers(metavar="ACT", dest="act", required=True)
    into = acts.add_parser("install", help="install a pack", description="Install a pack.")
    into.add_argument("file", metavar="FILE", type=Path)
    into.set_defaults(run=_install)
    shown = acts.add_parser("list", help="list the installed packs", description="List the installed packs.")
    shown.set_defaults(run=_list)
    gone = acts.add_parser("remove", help="remove a pack", description="Remove an installed pack. Runs stay.")
    gone.add_argument("name", metavar="NAME")
    gone.set_defaults(run=_remove)
    made = acts.add_parser(
        "make",
        help="make a pack of a folder",
        description="Make a pack of a folder with a pack.yaml (format: 1, id, version, title, authors, licence) and "
        "cases/NAME/case.yaml, each with its plans beside it. Every case is checked as `atoll lint` does.",
    )
    made.add_argument("folder", metavar="FOLDER", type=Path)
    made.add_argument("--out", metavar="FILE", type=Path, required=True)
    made.set_defaults(run=_make)
    for parser in (into, shown, gone, made):
        add_json(parser)


def _tried(folder: Path, name: str) -> list[Fault]:
    """Return why a case cannot be played on the first patient on whom it fails."""
    announce(f"trying {name}")
    return next((faults for seed in _TRIED if (faults := case_faults(folder, name, (seed,)))), [])


def _rehearsed(folder: Path, name: str) -> list[Fault]:
    announce(f"rehearsing {name}")
    return case_faults(folder, name, SEEDS)


def _install(arguments: argparse.Namespace) -> int:
    pack = install(arguments.file, library(), _tried)
    if arguments.json:
        print_json(_row(pack))
    else:
        print(f"installed {pack.header.id!r}, version {pack.header.version}: {', '.join(pack.names)}")
    return 0


def _list(arguments: argparse.Namespace) -> int:
    packs, lines = installed()
    if arguments.json:
        print_json({"packs": [_row(pack) for pack in packs], "left_out": lines})
        return 0
    if packs:
        rows = [[str(value) for value in (*_said(pack.header).values(), len(pack.names))] for pack in packs]
        print_table(rows, ("pack", "version", "title", "authors", "licence", "cases"))
    else:
        print("no pack is installed")
    for line in lines:
        announce(one_line(line))
    return 0


def _remove(arguments: argparse.Namespace) -> int:
    remove(arguments.name)
    if arguments.json:
        print_json({"removed": arguments.name})
    else:
        print(f"removed {arguments.name!r}")
    return 0


def _make(arguments: argparse.Namespace) -> int:
    check_target(arguments.out)
    if not (arguments.folder / PACK_FILE).is_file():  # before everything below some other folder is read
        raise BadInput(f"{arguments.folder}: there is no {PACK_FILE} in it; see `atoll pack make --help`")
    header = make_pack(arguments.folder, arguments.out, library(), _rehearsed)
    if arguments.json:
        print_json(_said(header))
    else:
        print(f"made {arguments.out}: {header.title}, version {header.version}")
    return 0


def _said(header: PackHeader) -> dict[str, object]:
    return {
        "id": header.id, "version": header.version, "title": header.title, "authors": ", ".join(header.authors),
        "licence": header.licence,
    }  # fmt: skip


def _row(pack: Installed) -> dict[str, object]:
    return {**_said(pack.header), "cases": list(pack.names)}
