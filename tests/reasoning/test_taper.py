import numpy as np
import pytest

from trainer.knowledge.treatment import Channel
from trainer.reasoning.taper import Taper


def drugs(*steps, covered=0):
    """Return what is taken under steps of (mg, days), with prophylaxis on the first days."""
    mg = np.concatenate([np.full(days, float(dose)) for dose, days in steps])
    table = np.zeros((len(mg), len(Channel)))
    table[:, Channel.GLUCOCORTICOID] = mg
    table[:covered, Channel.PNEUMOCYSTIS] = 1.0
    return table


def test_a_taper_in_figures():
    taper = Taper.of(drugs((0, 3), (50, 28), (20, 14), (5, 10), (0, 4), covered=24))
    assert taper.first_day == 3
    assert taper.steps == ((3, 28, 50.0), (31, 14, 20.0), (45, 10, 5.0))
    assert taper.cumulative_mg == pytest.approx(50 * 28 + 20 * 14 + 5 * 10)
    assert taper.high_weeks == pytest.approx(6.0)
    assert taper.covered_share == pytest.approx(21 / 42)


def test_no_steroid():
    taper = Taper.of(drugs((0, 5)))
    assert (taper.first_day, taper.steps, taper.cumulative_mg, taper.covered_share) == (None, (), 0.0, 1.0)


def test_a_course_ends_with_a_fortnight_without():
    assert Taper.of(drugs((0, 3), (50, 28), (0, 13), (20, 14))).course_weeks == pytest.approx(55 / 7)
    assert Taper.of(drugs((0, 3), (50, 28), (0, 14), (20, 14))).course_weeks == pytest.approx(4.0)


@pytest.mark.parametrize(
    ("steps", "day"),
    [
        (((40, 22), (0, 5)), 22),
        (((40, 21), (0, 5)), None),  # not more than three weeks
        (((40, 22), (10, 2), (0, 5)), 24),  # two days at less are no taper
        (((40, 22), (10, 7), (0, 5)), None),
        (((40, 40),), None),  # still running
        (((5, 10), (0, 1), (20, 30), (0, 5)), 41),
        (((40, 22), (0, 2), (40, 10)), None),  # renewed two days late
        (((40, 22), (0, 3), (40, 10)), 22),
        (((40, 22), (0, 2)), None),  # too soon to say
        (((0, 9),), None),
    ],
)
def test_a_stop_at_once(steps, day):
    assert Taper.of(drugs(*steps)).abrupt_stop(3, 15) == day


def test_the_longest_stretch_of_a_dose():
    taper = Taper.of(drugs((30, 10), (0, 2), (25, 20), (10, 5), (20, 28)))
    assert (taper.longest_at(20), taper.longest_at(30), taper.longest_at(50)) == (32, 10, 0)
