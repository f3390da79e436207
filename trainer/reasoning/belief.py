"""The diagnosis dial: a stated differential against what could be known.

Nothing of the hidden truth enters. The reference is the observer's posterior given exactly what the learner had seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from trainer.knowledge.marking import Reasoning
from trainer.knowledge.statement import OTHER
from trainer.reasoning.item import Item, Moment, inline, share
from trainer.reasoning.probability import absorbed, divergence, excess_brier

_WORTH_TELLING = 0.1  # share by which a disease must be off to be named; judgement


def spread(stated: Mapping[str, float], prior: Mapping[str, float], diseases: Sequence[str]) -> np.ndarray:
    """Return stated shares over all diseases.

    Parameters
    ----------
    stated : mapping
        Disease to share, with `OTHER` for all that it does not name.
    prior : mapping
        Disease to relative frequency, by which "other" falls on the diseases that are not named; on all of them if
        every one is named.
    diseases : sequence of str
        The order of the result.

    Returns
    -------
    numpy.ndarray
        Shape (len(diseases),), summing to 1 if every named disease is among them.
    """
    named = np.array([disease in stated for disease in diseases])
    frequency = np.array([prior.get(disease, 0.0) for disease in diseases])
    heirs = np.where(named, 0.0, frequency)
    if heirs.sum() == 0.0:
        heirs = frequency if frequency.sum() > 0.0 else np.ones(len(diseases))
    own = np.array([stated.get(disease, 0.0) for disease in diseases])
    out: np.ndarray = own + stated.get(OTHER, 0.0) * heirs / heirs.sum()
    return out


def belief_item(
    stated: Mapping[str, float] | None,
    reference: Mapping[str, float],
    prior: Mapping[str, float],
    marking: Reasoning,
    at: Moment,
    names: Mapping[str, str],
    before: Mapping[str, float] | None = None,
) -> Item:
    """Return what a differential stated at a step is worth: exp(-KL / scale) of 1.

    Parameters
    ----------
    stated : mapping or None
        None if it was asked for and not given.
    reference : mapping
        The observer's posterior, disease to share.
    prior : mapping
        The policy's case mix, as for `spread`.
    marking : Reasoning
    at : Moment
        Of the statement, or of what closed the step without one.
    names : mapping
        Disease to its name.
    before : mapping, optional
        What the learner stated at the step before.

    Notes
    -----
    The credit is highest where the stated shares are the reference's, so nothing is gained by being surer or less
    sure. It is not linear in the divergence: one who is unsure of the reference itself hedges a little too little
    for it, by some thousandths in practice. Shares below `LEAST_SHARE` count as that.
    """
    title = "Differential diagnosis"
    if stated is None:
        reason = "No differential was stated, so nobody can say what you thought before the results came."
        return Item(f"belief-{at.day}", "diagnosis", title, 0.0, 1.0, at.day, at.event, reason, "judgement")
    diseases = tuple(reference)
    q = np.array([reference[disease] for disease in diseases])
    p = spread(stated, prior, diseases)
    nats, excess = divergence(q, p), excess_brier(p, q)
    credit = float(np.exp(-nats / marking.divergence.value))
    parts = [_difference(p, q, diseases, names)]
    parts.append(f"Off by {nats:.2f} nats (excess Brier score {excess:.2f}).")
    if before is not None:
        taken = absorbed(spread(before, prior, diseases), p, q)
        if taken is not None:
            parts.append(_update(taken))
    top = tuple(f"{diseases[i]} {share(q[i])}" for i in np.argsort(-q, kind="stable")[:3])
    return Item(
        f"belief-{at.day}", "diagnosis", title, credit, 1.0, at.day, at.event, " ".join(parts), "judgement", top
    )


def _difference(p: np.ndarray, q: np.ndarray, diseases: Sequence[str], names: Mapping[str, str]) -> str:
    gap = p - q
    order = np.argsort(-np.abs(gap), kind="stable")[:2]
    told = [i for i in order if abs(gap[i]) >= _WORTH_TELLING]
    if not told:
        return "Your differential was about what the findings up to then support."
    return " ".join(
        f"You gave {inline(names.get(diseases[i], diseases[i]))} {share(p[i])}; the findings up to then support "
        f"{share(q[i])}."
        for i in told
    )


def _update(taken: float) -> str:
    if taken < 0.0:
        return "Since the step before you moved away from where the new findings point."
    return f"Of what was new since the step before you took up {share(taken)}."
