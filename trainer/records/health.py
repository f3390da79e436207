"""How the records are, for a report of a crash: sizes and states, nothing that a learner did and nobody's name."""

from __future__ import annotations

import os

from trainer.core.error import BadInput
from trainer.core.place import home_dir
from trainer.records.backup import backups
from trainer.records.database import FILE, VARIABLE
from trainer.records.examination import Damaged, examine


def health() -> dict[str, object]:
    """Return how the records are. They are only read, and nothing is raised."""
    if os.environ.get(VARIABLE):
        return {"kept": "where ATOLL_DATABASE says", "state": "not looked at"}
    path = home_dir() / FILE
    try:
        revision = examine(path)
        state = "none yet" if revision is None else f"whole, tables {revision}"
    except Damaged as error:
        state = f"damaged ({error})"
    except BadInput as error:
        state = str(error)
    try:
        sizes = {one.name: one.stat().st_size for one in sorted(path.parent.glob(f"{FILE}*"))}
        return {"kept": "in the home", "state": state, "bytes": sizes, "backups": [one.name for one in backups(path)]}
    except OSError as error:
        return {"kept": "in the home", "state": state, "bytes": str(error.strerror)}
