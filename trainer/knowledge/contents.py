"""The table of contents: cases and policies as they are written, before the knowledge that they refer to is read.

A list of what can be played needs no more, and is there in a tenth of the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from trainer.core.error import BadInput
from trainer.core.place import assets_dir, cases_dir
from trainer.knowledge.case import Case
from trainer.knowledge.document import parse, read_document
from trainer.knowledge.pack import installed


@dataclass(frozen=True)
class Contents:
    """What can be played.

    Parameters
    ----------
    cases : tuple of Case
        As they are written, whatever disease they name.
    left_out : tuple of str
        A line about each installed pack that cannot be used.
    """

    cases: tuple[Case, ...]
    left_out: tuple[str, ...]


def contents() -> Contents:
    """Return Atoll's own cases and those of the installed packs.

    Raises
    ------
    BadFiles
        If one of Atoll's own files has a fault in itself.
    """
    cases = cases_as_written(cases_dir())
    packs, lines = installed()
    for pack in packs:
        try:
            cases += cases_as_written(pack.cases)
        except BadInput as error:
            lines.append(f"{error}; the pack {pack.header.id!r} is left out")
    return Contents(tuple(sorted(cases, key=lambda case: case.id)), tuple(lines))


def cases_as_written(folder: Path | None = None) -> list[Case]:
    """Return the cases in a folder (default: all that can be played), whatever disease they name.

    Raises
    ------
    BadFiles
        If a file has a fault in itself.
    """
    if folder is None:
        return list(contents().cases)
    return [parse(Case, read_document(path)) for path in sorted(folder.glob("*/case.yaml"))]


def policy_titles() -> Mapping[str, str]:
    """Return the title of each policy by its identifier, as the files say them."""
    values = [read_document(path).value for path in sorted((assets_dir() / "policies").glob("*.yaml"))]
    return {str(value["id"]): str(value["title"]) for value in values}
