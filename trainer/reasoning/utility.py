"""What a future was worth to the patient, from 0 to 100 points.

Points for the days of the horizon, each worth what its symptoms and saturation leave of it; points for the years
after it, for who is alive at its end, less what lasts; from both the toll of the steroids' harms. What the acts
themselves cost (complications, radiation, money) is charged apart. The weights are the policy's.
"""

from __future__ import annotations

import numpy as np

from trainer.core.time import TICKS_PER_DAY
from trainer.course.state import NEVER
from trainer.knowledge.investigation import OTHERWISE, Investigation
from trainer.knowledge.treatment import Treatment
from trainer.knowledge.valuation import Valuation

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


def end_points(valuation: Valuation, futures: np.ndarray, patients: np.ndarray) -> np.ndarray:
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
    """
    lasting = valuation.lasting
    left = futures["alive"].copy()
    for weight, damage in (
        (lasting.fibrosis, patients["fibrosis"]),
        (lasting.growth, futures["growth"]),
        (lasting.load, patients["load"]),
        (lasting.drive, patients["drive"]),
    ):
        left *= np.clip(1.0 - weight.value * damage, 0.0, 1.0)
    out: np.ndarray = valuation.end.value * left
    return out


def toll_points(valuation: Valuation, futures: np.ndarray, patients: np.ndarray, day: int) -> np.ndarray:
    """Return the points lost by events from ``day`` on, shape (n,); the dead bear none."""
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
    out: np.ndarray = lost * futures["alive"]
    return out


def charge_of_test(valuation: Valuation, test: Investigation) -> float:
    """Return the points that a test costs: its burden, complications by their chance, radiation and price."""
    felt = valuation.burdens[test.id].value if test.id in valuation.burdens else 0.0
    risk = sum(c.probability.value * _points(valuation, c.name) for c in test.complications)
    spent = valuation.radiation.value * test.radiation.value + valuation.cost.value * test.cost.value
    return float(felt + risk + spent)


def charge_of_treatment(valuation: Valuation, treatment: Treatment) -> float:
    """Return the points that beginning a treatment costs: the harms that the engine does not draw, by their chance."""
    return float(sum(c.probability.value * _points(valuation, c.name) for c in treatment.harms))


def _points(valuation: Valuation, name: str) -> float:
    return valuation.harms.get(name, valuation.harms[OTHERWISE]).value
