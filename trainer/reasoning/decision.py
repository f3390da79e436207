"""The choice at a step, as an item of the management dial: its regret put into words."""

from __future__ import annotations

from dataclasses import dataclass

from trainer.knowledge.marking import Points
from trainer.reasoning.item import Item, Moment

_TOLD = 0.5  # points of utility below which a part of a regret is not mentioned; judgement


@dataclass(frozen=True)
class Choice:
    """What was chosen at a step, beside the best there was on what could be known.

    Parameters
    ----------
    own, best : str
        Titles of the acts.
    total, belief, act : float
        The regret and its parts, in points of expected utility, as in `trainer.reasoning.regret.Regret`.
    reach : float
        Best less worst act on the table.
    standard_error : float
        Of ``total``.
    equally_right : bool
        Whether the own act counts as best, within the band of indifference or two standard errors.
    """

    own: str
    best: str
    total: float
    belief: float
    act: float
    reach: float
    standard_error: float
    equally_right: bool


def decision_item(choice: Choice, points: Points, at: Moment) -> Item:
    """Return what a choice is worth: all of its points within the band, none where all that there was is lost.

    Parameters
    ----------
    choice : Choice
    points : Points
    at : Moment
        Of the orders, or of the advance that closed a step without any.

    Notes
    -----
    The scale is the reach of the table, or the policy's ``lost_all`` where the table reaches farther: one disastrous
    act on the table must not make all others look good. Nothing of the hidden truth enters; luck is no part of it.
    """
    most = points.decision.value
    scale = min(choice.reach, points.lost_all.value)
    credit = 1.0 if choice.equally_right or scale <= 0.0 else max(0.0, 1.0 - choice.total / scale)
    return Item(
        f"decision-{at.day}", "management", "The choice on what could be known", most * credit, most, at.day, at.event,
        _reason(choice), "judgement", (choice.own, choice.best),
    )  # fmt: skip


def _reason(choice: Choice) -> str:
    figures = f"{choice.total:.1f} points of expected utility (standard error {choice.standard_error:.1f})"
    if choice.equally_right:
        if choice.belief > _TOLD and choice.act < -_TOLD:
            return (
                f"'{choice.own}' is as right as any, though not for your stated reasons: on your own differential "
                f"another act would have come first, and that would have cost {choice.belief:.1f} points."
            )
        return f"'{choice.own}' is as right as any on what could be known."
    parts = [f"'{choice.own}' is worth {figures} less than '{choice.best}' on what could be known."]
    if choice.belief > _TOLD and choice.act > _TOLD:
        parts.append(
            f"{choice.belief:.1f} of them come from the belief, {choice.act:.1f} from the act, which does not follow "
            f"from that belief."
        )
    elif choice.belief > _TOLD and choice.act < -_TOLD:
        parts.append(
            f"Acting on your own differential would have cost {choice.belief:.1f}; you did better than your reasons."
        )
    elif choice.belief > _TOLD:
        parts.append("It follows from what you believed: the belief is what to work on.")
    else:
        parts.append("Even on your own differential the better act came first.")
    return " ".join(parts)
