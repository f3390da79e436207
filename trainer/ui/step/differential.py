"""A differential as it is laid out in tokens; nothing here is lost and nothing is made. Knows no Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from trainer.knowledge.statement import OTHER, TOKENS


@dataclass(frozen=True)
class Differential:
    """Diseases with their tokens, in the order in which they were named.

    Parameters
    ----------
    tokens : tuple of tuple
        Disease, or `OTHER`, and how many of the `TOKENS` lie on it.
    """

    tokens: tuple[tuple[str, int], ...] = ()

    def __post_init__(self) -> None:
        if self.rest < 0 or any(count < 0 for _, count in self.tokens):
            raise ValueError(f"{TOKENS - self.rest} tokens are placed; there are {TOKENS}")

    @classmethod
    def of(cls, shares: Mapping[str, float]) -> Self:
        """Return the differential that was stated in shares of 5 %."""
        return cls(tuple((name, round(share * TOKENS)) for name, share in shares.items() if share > 0))

    @property
    def rest(self) -> int:
        """Tokens that lie on nothing yet."""
        return TOKENS - sum(count for _, count in self.tokens)

    @property
    def placed(self) -> int:
        """Tokens that lie on something."""
        return TOKENS - self.rest

    @property
    def diseases(self) -> tuple[str, ...]:
        """Diseases that are named, without `OTHER`."""
        return tuple(name for name, _ in self.tokens if name != OTHER)

    @property
    def lead(self) -> str | None:
        """The disease with most tokens, if any has one."""
        named = [(count, -place, name) for place, (name, count) in enumerate(self.tokens) if name != OTHER and count]
        return max(named)[2] if named else None

    def count(self, name: str) -> int:
        """Return how many tokens lie on a disease."""
        return dict(self.tokens).get(name, 0)

    def adding(self, name: str) -> Differential:
        """Return the differential with one more disease, without tokens; `OTHER` stays the last."""
        if name in dict(self.tokens):
            return self
        return Differential(tuple(sorted((*self.tokens, (name, 0)), key=lambda pair: pair[0] == OTHER)))

    def without(self, name: str) -> Differential:
        """Return the differential without a disease; its tokens lie on nothing."""
        return Differential(tuple(pair for pair in self.tokens if pair[0] != name))

    def giving(self, name: str, count: int) -> Differential:
        """Return the differential with ``count`` tokens on a disease, as far as there are so many.

        They come from the rest and, when that is spent, from `OTHER`; what is taken off goes to the rest.
        """
        made = self.adding(name)
        spare = self.rest + (self.count(OTHER) if name != OTHER else 0)
        wanted = min(max(count, 0), made.count(name) + spare)
        missing = max(wanted - made.count(name) - self.rest, 0)
        changed = {name: wanted, **({OTHER: self.count(OTHER) - missing} if missing else {})}
        return Differential(tuple((one, changed.get(one, n)) for one, n in made.tokens))

    def filled(self) -> Differential:
        """Return the differential with the rest on `OTHER`."""
        return self.giving(OTHER, self.count(OTHER) + self.rest) if self.rest else self

    def shares(self) -> dict[str, float]:
        """Return what is stated: shares that sum to 1, the rest on `OTHER`, without what has no token."""
        return {name: count / TOKENS for name, count in self.filled().tokens if count}
