"""`atoll chest`: real chests that stand for a patient's own, imported from CT series."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.cli.output import announce, one_line, print_json, print_table, progress
from trainer.cli.word import add_json
from trainer.core.error import BadInput

if TYPE_CHECKING:
    from trainer.chest.chests import ImportedChest

_DESCRIPTION = """\
Import, list and remove real chests, on which any case can be played: the opacities are Atoll's, the chest is not.

A chest is read from a folder with an axial CT of a healthy or nearly healthy thorax, slices of 0.5 to 5 mm. Other
series and files in the folder are set aside and told. Import what you may use for teaching, and only what has been
de-identified: nothing but pixels and geometry is kept, and a name that is burned into the pixels is pixels."""
_EXAMPLE = """\
examples:
  atoll chest import ward-ct/ --name ward-3
  atoll chest list --json
  atoll scan cop --day 0 --chest ward-3 --montage cop.png
  atoll play wandering-shadows --chest ward-3 --plan textbook --out run.json"""
_DIGITS = 12


def add(commands: Any) -> None:
    """Add the command to the parser."""
    one = commands.add_parser(
        "chest",
        help="import, list and remove real chests to play cases on",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=_DESCRIPTION,
        epilog=_EXAMPLE,
    )
    acts = one.add_subparsers(metavar="ACT", dest="act", required=True)
    into = acts.add_parser(
        "import",
        help="import the chest of a CT series",
        description="Import the chest of a CT series, whole or not at all. What was taken, what was left and what was "
        "found is told; the series itself is only read.",
        epilog="example: atoll chest import ward-ct/ --name ward-3",
    )
    into.add_argument("folder", metavar="DICOM_DIR", type=Path)
    into.add_argument("--name", required=True, metavar="N", help="lower-case letters, digits and hyphens")
    into.add_argument("--force", action="store_true", help="import a lung in which there is disease already")
    into.set_defaults(run=_import)
    shown = acts.add_parser("list", help="list the imported chests", description="List the imported chests.")
    shown.set_defaults(run=_list)
    gone = acts.add_parser(
        "remove",
        help="remove an imported chest",
        description="Remove an imported chest. Runs that were played on it stay; their pictures are gone until it is "
        "imported again.",
    )
    gone.add_argument("name", metavar="NAME")
    gone.set_defaults(run=_remove)
    for parser in (into, shown, gone):
        add_json(parser)


def _import(arguments: argparse.Namespace) -> int:
    from trainer.chest.chests import check_name, keep_chest
    from trainer.chest.imported.assembly import import_chest
    from trainer.cli.engine import ready_chest
    from trainer.dicom.reading import read_series

    check_name(arguments.name)
    try:
        with progress("reading the series") as tell:
            reading = read_series(arguments.folder, tell, None)
        for line in reading.warnings:
            announce(f"warning: {one_line(line)}")
        for head, lines in (("taken", reading.taken), ("left", reading.left)):
            for line in lines if not arguments.json else ():
                print(f"{head}: {one_line(line)}")
        ready_chest()
        with progress("finding lungs, airways and vessels") as tell:
            imported = import_chest(reading.source, force=arguments.force, progress=tell)
        with progress("keeping the chest") as tell:
            card = keep_chest(arguments.name, imported.anatomy, imported.told, tell)
    except MemoryError as error:
        raise BadInput(f"{arguments.folder}: there is not enough memory to import this series") from error
    if arguments.json:
        told = {"taken": list(reading.taken), "left": list(reading.left), "warnings": list(reading.warnings)}
        print_json(card.model_dump(mode="json") | told)
        return 0
    for line in card.told:
        print(f"found: {one_line(line)}")
    print(f"kept as {card.name!r}: {_size(card)}, lungs {card.lung_ml / 1000:.2f} L, content {_short(card)}")
    print(
        f"Play on it with `atoll play CASE --chest {card.name}`, scan it with `atoll scan CASE --chest {card.name}`, "
        "or choose it in the window where a case is started."
    )
    return 0


def _list(arguments: argparse.Namespace) -> int:
    from trainer.chest.chests import damaged_chests, imported_chests

    chests, lines = imported_chests(), damaged_chests()
    if arguments.json:
        print_json({"chests": [card.model_dump(mode="json") for card in chests], "damaged": list(lines)})
        return 0
    if chests:
        rows = [
            [card.name, f"{card.slices}", " x ".join(f"{mm:.2f}" for mm in card.spacing_mm), f"{card.thickness_mm:g}",
             f"{card.lung_ml / 1000:.2f}", _short(card)]
            for card in chests
        ]  # fmt: skip
        print_table(rows, ("chest", "slices", "mm (z, y, x)", "thickness", "lungs L", "content"))
    else:
        print("no chest is imported")
    for line in lines:
        announce(one_line(line))
    return 0


def _remove(arguments: argparse.Namespace) -> int:
    from trainer.chest.chests import remove_chest

    remove_chest(arguments.name)
    if arguments.json:
        print_json({"removed": arguments.name})
    else:
        print(f"removed {arguments.name!r}")
    return 0


def _size(card: ImportedChest) -> str:
    return f"{card.slices} slices of {' x '.join(f'{mm:.2f}' for mm in card.spacing_mm)} mm (z, y, x)"


def _short(card: ImportedChest) -> str:
    """Return the digits of the content's digest by which reports name a chest."""
    return card.digest[:_DIGITS]
