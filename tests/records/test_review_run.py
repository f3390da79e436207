"""Cards out of a run that was really played, debriefed and scored."""

from datetime import UTC, datetime, timedelta

import pytest

from trainer.encounter.debrief import debrief_of
from trainer.encounter.examiner import Examiner
from trainer.encounter.session import Session
from trainer.knowledge.casebook import TEXTBOOK, case_plan, read_case
from trainer.knowledge.library import library
from trainer.reasoning.imagined import Imagined
from trainer.reasoning.sample import COARSE
from trainer.records import review
from trainer.records.database import Records
from trainer.records.learner import add_learner

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def debrief(engine):
    examiner = Examiner(engine, library().policy("default"), Imagined(engine, 40), COARSE)
    case = read_case("two-tickets", engine.library)
    played = examiner.play(examiner.session(case, 3), case_plan(case, TEXTBOOK, engine.library))
    return debrief_of(examiner, Session(engine, case, played.run))


def test_a_run_by_the_textbook_makes_cards_that_come_back_late(tmp_path, debrief):
    records = Records(f"sqlite:///{tmp_path / 'records.sqlite'}")
    learner = add_learner(records, "heron")
    made = review.make_cards(records, learner, debrief, NOW)
    cards = review.upcoming(records, learner, NOW)
    assert made == len(cards) and 4 <= made <= 8
    steps = sorted(card.step for card in cards if card.kind == "decision")
    assert steps == list(range(len(read_case("two-tickets", library()).steps)))
    assert all(card.due_at >= NOW + timedelta(days=1) for card in cards)
    decided = [(card.due_at - NOW).days for card in cards if card.kind == "decision"]
    assert sum(days >= 2 for days in decided) >= len(decided) - 1  # the author's own play is mostly good
    records.close()
