"""What a future was worth to the patient, from 0 to 100 points.

Points for the days of the horizon, each worth what its symptoms and saturation leave of it; points for the years
after it, for who is alive at its end, less what lasts; from both the toll of the steroids' harms. What the acts
themselves cost (complications, radiation, money) is charged apart. The weights are the policy's.
"""

from __future__ import annotations

import numpy as np

from trainer.core.time import DAYS_PER_WEEK, TICKS_PER_DAY
from trainer.course.state import NEVER
from trainer.knowledge.investigation import Investigation
from trainer.knowledge.treatment import Treatment
from trainer.knowledge.valuation import OTHERWISE_HARM, Valuation

MOST = 100.0


def course_points(valuation: Valuation, futures: np.ndarray) -> np.ndarray:
    """Return the points for the days of the horizon, shape (n,).

    Parameters
    ----------
    valuation : Valuation
    futures : numpy.ndarray
        Records of `trainer.course.future.FUTURE`, shape (n,).
    """
    quality = valuation.quality
    lost = (
        quality.symptom.value * futures["symptom"]
        + quality.hypoxaemia.value * futures["hypoxaemia"]
        + quality.sleep.value * futures["sleepless"]
        + quality.mood.value * futures["low_mood"]
    )
    out: np.ndarray = valuation.course.value * (futures["days"] - lost) / valuation.horizon.value
    return out


def end_points(
    valuation: Valuation, futures: np.ndarray, patients: np.ndarray, known_day: int, delay: float
) -> np.ndarray:
    """Return the points for the years after the horizon, shape (n,); none for the dead.

    Each lasting damage takes its share of what the others leave. The years themselves are the same for all: a
    patient's age does not make an act worth less. A tumour counts with its size on the day it was known, since the
    engine has no treatment for it.

    Parameters
    ----------
    valuation : Valuation
    futures : numpy.ndarray
        Records of `trainer.course.future.FUTURE`, shape (n,).
    patients : numpy.ndarray
        Records of `trainer.course.state.PATIENT` at the end of the horizon, shape (n,).
    known_day : int
        Days from today to when the disease was known.
    delay : float
        Share lost in each week until then.
    """
    lasting = valuation.lasting
    left = (patients["death_tick"] == NEVER).astype(float)
    for weight, damage in (
        (lasting.fibrosis, patients["fibrosis"]),
        (lasting.growth, futures["growth"]),
        (lasting.load, patients["load"]),
        (lasting.drive, patients["drive"]),
    ):
        left *= np.clip(1.0 - weight.value * damage, 0.0, 1.0)
    left *= max(0.0, 1.0 - delay * known_day / DAYS_PER_WEEK)
    return valuation.end.value * left


def toll_points(valuation: Valuation, patients: np.ndarray, day: int) -> np.ndarray:
    """Return the points lost by events from ``day`` on, shape (n,)."""
    toll = valuation.toll
    lost = np.zeros(len(patients))
    for points, event in (
        (toll.diabetes, "diabetes"),
        (toll.infection, "infection"),
        (toll.pneumocystis, "pjp"),
        (toll.fracture, "fracture"),
        (toll.mood, "mood"),
        (toll.adrenal, "adrenal"),
        (toll.embolus, "embolus"),
    ):
        tick = patients[f"{event}_tick"]
        lost += points.value * ((tick != NEVER) & (tick >= day * TICKS_PER_DAY))
    return lost


def test_charge(valuation: Valuation, test: Investigation) -> float:
    """Return the points that a test costs: its complications by their chance, its radiation, its price."""
    risk = sum(c.probability.value * _points(valuation, c.name) for c in test.complications)
    burden = valuation.radiation.value * test.radiation.value + valuation.cost.value * test.cost.value
    return float(risk + burden)


def treatment_charge(valuation: Valuation, treatment: Treatment) -> float:
    """Return the points that beginning a treatment costs: the harms that the engine does not draw, by their chance."""
    return float(sum(c.probability.value * _points(valuation, c.name) for c in treatment.harms))


def _points(valuation: Valuation, name: str) -> float:
    return valuation.harms.get(name, valuation.harms[OTHERWISE_HARM]).value
