import numpy as np
import pytest

from tests.reasoning.example import AT, MARKING, sound
from trainer.reasoning.decision import Choice, decision_item
from trainer.reasoning.regret import equally_right, regret

ACTS = ("prednisolone", "antibiotic", "biopsy", "observe")
UTILITY = np.array([[90, 55, 40], [55, 85, 40], [75, 65, 80], [45, 30, 20]], float)
Q, P = np.array([0.6, 0.25, 0.15]), np.array([0.2, 0.65, 0.15])


def choice(own):
    """Return the choice of the reference's worked example."""
    lost = regret(UTILITY, Q, P, ACTS.index(own))
    alike = equally_right(UTILITY @ Q, np.zeros(4))[ACTS.index(own)]
    best = ACTS[lost.best]
    return Choice(own, best, lost.total, lost.belief, lost.act, lost.reach, 1.0, bool(alike))


@pytest.mark.parametrize(
    ("own", "credit", "says"),
    [
        ("prednisolone", 1.0, "not for your stated reasons"),
        ("biopsy", 1.0, "as right as any"),
        ("antibiotic", 1 - 13.5 / 30, "the belief is what to work on"),
        ("observe", 0.0, "13.5 of them come from the belief, 22.8 from the act"),
    ],
)
def test_the_worked_example(own, credit, says):
    made = sound([decision_item(choice(own), MARKING.points, AT)])[0]
    assert made.points == pytest.approx(4.0 * credit) and made.most == 4.0
    assert says in made.reason


def test_the_scale_is_the_table_where_it_is_short():
    short = Choice("a", "b", 8.0, 0.0, 8.0, 16.0, 0.5, False)
    made = decision_item(short, MARKING.points, AT)
    assert made.points == pytest.approx(2.0) and "Even on your own differential" in made.reason


def test_doing_better_than_ones_reasons():
    lucky = Choice("a", "b", 6.0, 10.0, -4.0, 30.0, 0.5, False)
    assert "did better than your reasons" in decision_item(lucky, MARKING.points, AT).reason
