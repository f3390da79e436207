"""Speakers for a player: what it says at a stop, and where that comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from trainer.encounter import sight
from trainer.encounter.mind import Mind
from trainer.encounter.player import Written
from trainer.encounter.session import Session
from trainer.knowledge.case import step_of
from trainer.knowledge.marking import Marking
from trainer.knowledge.plan import Plan
from trainer.knowledge.statement import OTHER, TOKENS, Belief, Citation, Forecast, Read
from trainer.reasoning.citation import Chart, telling_citations


def in_tokens(shares: Mapping[str, float]) -> dict[str, float]:
    """Return shares as 20 tokens of 5 %: the largest remainders win, and what gets no token is "other"."""
    names = sorted(shares, key=lambda name: (-shares[name], name))
    exact = np.array([shares[name] for name in names]) * TOKENS
    tokens = np.floor(exact).astype(int)
    worth = (exact - tokens) * (exact >= 0.5)  # a share below half a token stays with the others
    for index in np.argsort(-worth, kind="stable")[: max(0, TOKENS - int(tokens.sum()))]:
        tokens[index] += worth[index] >= 0.5
    found = {name: int(n) / TOKENS for name, n in zip(names, tokens, strict=True) if n}
    left = TOKENS - int(tokens.sum())
    if left > 0:
        found[OTHER] = found.get(OTHER, 0.0) + left / TOKENS
    return found


class Observing(Written):
    """Says what the plan has written out, and else what the findings warrant: an ideal player's words.

    Parameters
    ----------
    plan : Plan
    mind : Mind
    marking : Marking
    """

    def __init__(self, plan: Plan, mind: Mind, marking: Marking) -> None:
        super().__init__(plan)
        self.mind, self.marking = mind, marking

    def read(self, session: Session) -> Read | None:
        """Return the read of today's CT: what is there."""
        written = super().read(session)
        if written is not None:
            return written
        days = sight.scan_days(session.pictures())
        earlier = [day for day in days if day < session.now.day]
        return sight.true_read(session, session.now.day, earlier[-1] if earlier else None)

    def belief(self, session: Session) -> Belief | None:
        """Return the observer's differential, once a step."""
        written = super().belief(session)
        if written is not None or _said(session, Belief):
            return written
        return Belief(day=session.now.day, shares=in_tokens(self.mind.posterior(session.now).shares))

    def evidence(self, session: Session) -> Sequence[Citation]:
        """Return the strongest findings for and against the likeliest disease."""
        written = super().evidence(session)
        if written or _said(session, Citation):
            return written
        posterior = self.mind.posterior(session.now)
        leads = [b for _, b in session.now.said(Belief)]
        shares = leads[-1].shares if leads else posterior.shares
        named = {name: share for name, share in shares.items() if name != OTHER}
        if not named:
            return []
        lead = max(named, key=lambda name: (named[name], name))
        known = Chart(posterior.evidence, self.mind.seen(session.now), {})
        supports, opposes = telling_citations(lead, known, self.marking.reasoning)
        if not supports and not opposes:
            return []
        return [Citation(day=session.now.day, disease=lead, supports=supports, opposes=opposes)]

    def forecast(self, session: Session, next_day: int) -> Forecast | None:
        """Return what the observer expects of the next visit, once a step."""
        written = super().forecast(session, next_day)
        if written is not None or _said(session, Forecast):
            return written
        expected = self.mind.expected(session.now, next_day)
        better, worse = round(expected.better, 2), round(expected.worse, 2)
        same = round(1.0 - better - worse, 2)
        if same < 0:
            worse, same = round(1.0 - better, 2), 0.0
        return Forecast(
            day=session.now.day, better=better, same=same, worse=worse, relapse=round(min(expected.relapse, 1.0), 2)
        )


def _said(session: Session, kind: type) -> bool:
    """Whether a statement of this kind was made in the step that is running."""
    begin = step_of(session.case, session.now.day).day
    return any(statement.day >= begin for _, statement in session.now.said(kind))
