"""A shelf for tests, and a score on it."""

from datetime import UTC, datetime
from pathlib import Path

from trainer.records.database import FILE, Records
from trainer.records.learner import add_learner, learners
from trainer.records.shelf import Shelf


def shelf_in(folder: Path) -> Shelf:
    """Return the shelf of the one learner whose records are in a folder."""
    records = Records(f"sqlite:///{folder / FILE}")
    learner = next(iter(learners(records)), None) or add_learner(records, "tester")
    return Shelf(records, learner.id)


def note(shelf: Shelf, name: str, sheet) -> None:
    """Keep a score with a run, as when its debrief is done."""
    from trainer.encounter.performance import Performance  # heavy, and a shelf is not
    from trainer.records.result import note_result

    performance = Performance(sheet, "default", "0.4.0", "cop", "introductory", ())
    note_result(shelf.records, shelf.learner_id, name, performance, datetime.now(UTC))
