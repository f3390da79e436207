"""What a clinician who follows a patient would notice: response and relapse, day by day.

Definitions, applied alike to every plan. *Response*: film and symptoms at half of their worst or less. *Relapse*: in
a patient who had responded, filled lung on the film that has grown by at least `RELAPSE_ML` and a third from its
best, with symptoms or a raised CRP. After a relapse the patient must respond again before another counts. Published
series define relapse likewise, by new infiltrates with symptoms (Lazor 2000, n = 48).
"""

from __future__ import annotations

import numpy as np

from trainer.course.state import NEVER

RELAPSE_ML = 25.0  # a new shadow of about 4 cm on a film; judgement
_RELAPSE_RATIO = 4.0 / 3.0
_RELAPSE_CRP = 15.0  # mg/L; judgement
_RELAPSE_SYMPTOM = 0.15


class Watch:
    """The eyes on a batch of patients.

    Parameters
    ----------
    n : int
        Number of patients.

    Attributes
    ----------
    relapsing : numpy.ndarray
        bool, shape (n,): whether a relapse was noticed on the last day looked at.
    """

    def __init__(self, n: int) -> None:
        self._worst_film = np.zeros(n)
        self._worst_symptom = np.zeros(n)
        self._best_film = np.full(n, np.inf)
        self._responded = np.zeros(n, dtype=bool)
        self.relapsing = np.zeros(n, dtype=bool)

    def look(self, patients: np.ndarray) -> None:
        """Look at the patients at the beginning of a day."""
        film = patients["film_ml"].astype(np.float64)
        symptom = patients["symptom"].astype(np.float64)
        waiting = ~self._responded
        self._worst_film = np.where(waiting, np.maximum(self._worst_film, film), self._worst_film)
        self._worst_symptom = np.where(waiting, np.maximum(self._worst_symptom, symptom), self._worst_symptom)
        better = (film <= 0.5 * self._worst_film) & (symptom <= 0.5 * self._worst_symptom) & (self._worst_film > 0)
        self._best_film = np.where(self._responded, np.minimum(self._best_film, film), film)
        grown = film >= np.maximum(self._best_film + RELAPSE_ML, _RELAPSE_RATIO * self._best_film)
        ill = (symptom >= _RELAPSE_SYMPTOM) | (patients["crp_mg_l"] >= _RELAPSE_CRP)
        self.relapsing = self._responded & grown & ill & (patients["death_tick"] == NEVER)
        self._responded = (self._responded | better) & ~self.relapsing
        self._worst_film = np.where(self.relapsing, film, self._worst_film)
        self._worst_symptom = np.where(self.relapsing, symptom, self._worst_symptom)
