"""A shelf for tests."""

from pathlib import Path

from trainer.records.database import FILE, Records
from trainer.records.learner import add_learner, learners
from trainer.records.shelf import Shelf


def shelf_in(folder: Path) -> Shelf:
    """Return the shelf of the one learner whose records are in a folder."""
    records = Records(f"sqlite:///{folder / FILE}")
    learner = next(iter(learners(records)), None) or add_learner(records, "tester")
    return Shelf(records, learner.id)
