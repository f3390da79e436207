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
