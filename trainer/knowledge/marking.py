"""How a run is marked: points of key features, safety gates, the weights of the dials."""

from __future__ import annotations

from trainer.knowledge.number import Frozen


class Marking(Frozen):
    """The part of a policy that says what a performance is worth."""
