"""The table of contents: cases and policies as they are written, before the knowledge that they refer to is read.

A list of what can be played needs no more, and is there in a tenth of the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from trainer.core.place import assets_dir, cases_dir
from trainer.knowledge.case import Case
from trainer.knowledge.document import parse, read_document


def cases_as_written(folder: Path | None = None) -> list[Case]:
    """Return the cases in a folder (default: Atoll's own), whatever disease they name.

    Raises
    ------
    BadFiles
        If a file has a fault in itself.
    """
    return [parse(Case, read_document(path)) for path in sorted((folder or cases_dir()).glob("*/case.yaml"))]


def policy_titles() -> Mapping[str, str]:
    """Return the title of each policy by its identifier, as the files say them."""
    values = [read_document(path).value for path in sorted((assets_dir() / "policies").glob("*.yaml"))]
    return {str(value["id"]): str(value["title"]) for value in values}
