"""How well marks and zone ratings find what is there.

Figures of merit are written from their published formulas: the weighted alternative free-response one and the
region-of-interest one (Chakraborty, Observer Performance Methods for Diagnostic Imaging, 2017).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

UNMARKED = -np.inf


def _wins(signal: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Return 1 where a signal is rated above a noise, 1/2 where alike, 0 below; shape (signals, noises)."""
    above = signal[:, None] > noise[None, :]
    alike = signal[:, None] == noise[None, :]
    out: np.ndarray = above + 0.5 * alike
    return out


def weighted_afroc(normal: np.ndarray, lesions: Sequence[np.ndarray], weights: Sequence[np.ndarray]) -> float:
    """Return the weighted figure of merit of marks, 0 to 1.

    Parameters
    ----------
    normal : numpy.ndarray
        Highest rating of a false mark on each picture without a lesion, `UNMARKED` if none; shape (k1,).
    lesions : sequence of numpy.ndarray
        Of each picture with lesions the highest rating of each lesion, `UNMARKED` if missed.
    weights : sequence of numpy.ndarray
        Of each such picture the weight of its lesions, summing to 1.

    Raises
    ------
    ValueError
        If there is no picture of one of the two kinds.
    """
    if not len(normal) or not lesions:
        raise ValueError("pictures with and without lesions are needed")
    each = [w @ _wins(np.asarray(r, float), np.asarray(normal, float)) for r, w in zip(lesions, weights, strict=True)]
    return float(np.mean(each))


def zone_merit(sound: np.ndarray, diseased: np.ndarray) -> float:
    """Return the share of pairs of a diseased and a sound zone in which the diseased one was rated higher.

    Parameters
    ----------
    sound, diseased : numpy.ndarray
        Ratings, shape (n,) and (m,).

    Raises
    ------
    ValueError
        If all zones are of one kind.
    """
    if not len(sound) or not len(diseased):
        raise ValueError("sound and diseased zones are needed")
    return float(_wins(np.asarray(diseased, float), np.asarray(sound, float)).mean())


def weighted_kappa(stated: np.ndarray, true: np.ndarray, classes: int) -> float:
    """Return the linearly weighted agreement of two ratings on an ordered scale (Cohen, Psychol Bull 1968).

    Parameters
    ----------
    stated, true : numpy.ndarray
        Class of each thing, 0 to ``classes`` - 1, shape (n,).
    classes : int
        At least 2.

    Returns
    -------
    float
        1 alike, 0 as by chance. Where both give one and the same class to everything there is no chance to beat,
        and the agreement is 1.
    """
    table = np.zeros((classes, classes))
    np.add.at(table, (stated, true), 1.0)
    table /= table.sum()
    distance = np.abs(np.subtract.outer(np.arange(classes), np.arange(classes)))
    expected = float((np.outer(table.sum(axis=1), table.sum(axis=0)) * distance).sum())
    return 1.0 if expected == 0.0 else 1.0 - float((table * distance).sum()) / expected
