"""How likely one finding is in each imagined patient, and how likely beforehand in each disease.

Shapes: d diseases, n imagined patients of each. A finding that depends on the disease alone has shape (d, 1).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from trainer.course.result import Value, for_disease
from trainer.knowledge.disease import Disease
from trainer.knowledge.investigation import BinaryReport, CategoryReport, QuantityReport, Report

LEAST = 1e-3
"""No finding counts as rarer than this in any disease, so that no single one excludes anything for good."""

_ODD = 0.02  # share of readings that no imagined patient explains, taken from those of all diseases; judgement
_FLAT = 0.05  # below about this a quantity is compared by difference, above it by ratio; judgement
_SILVERMAN = 1.06  # bandwidth of a normal kernel in standard deviations at n = 1 (Silverman 1986)
_NARROWEST = 1e-3
_LEAST_POWER = 1 / 64
_HALVINGS = 6  # of the logarithm of the power's range, which leaves it known to 7 %


def effective_size(weight: np.ndarray) -> np.ndarray:
    """Return how many equally weighted patients the weights amount to (Kish), over the last axis."""
    out: np.ndarray = weight.sum(axis=-1) ** 2 / np.maximum((weight**2).sum(axis=-1), 1e-300)
    return out


def of_disease(report: Report, value: Value, diseases: Sequence[Disease]) -> np.ndarray:
    """Return the log likelihood, shape (d, 1), of a finding that depends on the disease alone. Exact."""
    return np.array([[_in_disease(report, value, disease)] for disease in diseases])


def _in_disease(report: Report, value: Value, disease: Disease) -> float:
    if isinstance(report, BinaryReport):
        p = min(max(for_disease(report.probability, disease).value, LEAST), 1.0 - LEAST)
        return math.log(p if value else 1.0 - p)
    if isinstance(report, CategoryReport):
        shares = for_disease(report.shares, disease).shares
        return math.log(max(shares.get(str(value), 0.0), LEAST))
    assert isinstance(report, QuantityReport)
    return for_disease(report.values, disease).log_density(float(value))


def of_flag(said: bool, flag: np.ndarray) -> np.ndarray:
    """Return the log likelihood of a yes or no that the opening tells, given each patient's own, shape (d, n)."""
    out: np.ndarray = np.log(np.where(flag == said, 1.0 - _ODD, _ODD))
    return out


def without(keep: np.ndarray, weight: np.ndarray, log_weight: np.ndarray) -> np.ndarray:
    """Take out, for good, the imagined patients who did not live (or die) as the patient did.

    Parameters
    ----------
    keep : numpy.ndarray
        bool, shape (d, n).
    weight, log_weight : numpy.ndarray
        Shape (d, n): weights by what was seen before, and the logarithms of likelihoods, which are changed in place.

    Returns
    -------
    numpy.ndarray
        Log of the share that is kept in each disease, shape (d,), at least that of `LEAST`. Where nobody would be
        left, all stay.
    """
    share = (weight * keep).sum(axis=1)
    log_weight[~keep & (share > 0.0)[:, None]] = -np.inf
    out: np.ndarray = np.log(np.maximum(share, LEAST))
    return out


def of_quantity(value: float, true: np.ndarray, weight: np.ndarray, error: float) -> np.ndarray:
    """Return the log likelihood of a measured quantity in each imagined patient, shape (d, n).

    The quantity's distribution in a disease is that of its imagined patients, smoothed: each stands for a normal
    kernel of Silverman's bandwidth, drawn in towards the mean so that smoothing widens nothing (Liu and West 2001).
    A reading's own error comes on top. An approximation: exact for very many patients.

    Parameters
    ----------
    value : float
    true : numpy.ndarray
        Shape (d, n); NaN in patients who do not have it.
    weight : numpy.ndarray
        Shape (d, n), each disease's summing to 1: the patients' weights by all that was seen before.
    error : float
        Coefficient of variation of a reading.
    """
    has = np.isfinite(true)
    x = np.where(has, np.arcsinh(true / _FLAT), 0.0)
    w = np.where(has, weight, 0.0) + 1e-12
    share = w / w.sum(axis=1, keepdims=True)
    mean = (share * x).sum(axis=1, keepdims=True)
    sd = np.sqrt((share * (x - mean) ** 2).sum(axis=1, keepdims=True))
    band = np.minimum(_SILVERMAN * effective_size(share) ** -0.2, 0.7)[:, None]
    centre = mean + np.sqrt(1.0 - band**2) * (x - mean)
    reading = error * np.abs(value) / math.hypot(value, _FLAT)
    width = np.sqrt((band * sd) ** 2 + reading**2 + _NARROWEST**2)
    at = math.asinh(value / _FLAT)
    near = np.where(has, _normal(at, centre, width), 0.0)
    overall = float(np.mean(mean)), 2.0 * math.sqrt(float(np.mean(sd**2) + np.var(mean))) + _NARROWEST
    out: np.ndarray = np.log((1.0 - _ODD) * near + _ODD * _normal(at, *overall))
    return out


def _normal(x: float, centre: np.ndarray | float, width: np.ndarray | float) -> np.ndarray:
    z = np.minimum(np.abs((x - centre) / width), 30.0)
    out: np.ndarray = np.exp(-0.5 * z**2) / (np.asarray(width) * math.sqrt(2.0 * math.pi))
    return out


def tempered(log_weight: np.ndarray, least: float) -> np.ndarray:
    """Return weights, shape (d, n), that sum to 1 in each disease and amount to about ``least`` patients or more.

    Where the product of likelihoods leaves fewer, it is raised to a power between `_LEAST_POWER` and 1 that does not,
    the largest but for a few per cent.
    """
    top = log_weight - log_weight.max(axis=1, keepdims=True)
    weight = np.exp(top)
    poor = np.flatnonzero(effective_size(weight) < least)
    if len(poor):
        flat = top[poor]
        low, high = np.full((len(poor), 1), _LEAST_POWER), np.ones((len(poor), 1))
        for _ in range(_HALVINGS):
            middle = np.sqrt(low * high)
            fine = (effective_size(np.exp(middle * flat)) >= least)[:, None]
            low, high = np.where(fine, middle, low), np.where(fine, high, middle)
        weight[poor] = np.exp(low * flat)
    out: np.ndarray = weight / weight.sum(axis=1, keepdims=True)
    return out


def expected(log_likelihood: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return how likely a finding is in each disease beforehand, as a logarithm, shape (d,)."""
    if log_likelihood.shape[1] == 1:
        return log_likelihood[:, 0]
    top = log_likelihood.max(axis=1)
    out: np.ndarray = top + np.log((weight * np.exp(log_likelihood - top[:, None])).sum(axis=1))
    return out


def log_ratios(chance: np.ndarray, belief: np.ndarray) -> np.ndarray:
    """Return how much likelier a finding is in each disease than in the others together, as logarithms, shape (d,).

    Parameters
    ----------
    chance : numpy.ndarray
        Log likelihood of the finding in each disease, shape (d,).
    belief : numpy.ndarray
        Shares of the diseases, shape (d,): what the others weigh beside each other.
    """
    p = np.exp(chance - chance.max())
    others = np.maximum(belief, 1e-9)
    rest = ((others * p).sum() - others * p) / (others.sum() - others)
    out: np.ndarray = np.log(np.maximum(p, 1e-12)) - np.log(np.maximum(rest, 1e-12))
    return out


def shares_of(log_joint: Mapping[str, float]) -> dict[str, float]:
    """Return shares that sum to 1 from logarithms of prior times likelihood."""
    top = max(log_joint.values())
    weight = {name: math.exp(value - top) for name, value in log_joint.items()}
    whole = math.fsum(weight.values())
    return {name: value / whole for name, value in weight.items()}
