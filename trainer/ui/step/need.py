"""What a step still needs: the sign of each section, what a commit would leave out, and what to do next. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from trainer.knowledge.case import Ask
from trainer.knowledge.statement import TOKENS
from trainer.ui.step.draft import Draft, statements
from trainer.ui.step.standing import Standing

Section = Literal["chart", "read", "differential", "evidence", "orders", "visit"]
SECTIONS: Final[tuple[Section, ...]] = ("chart", "read", "differential", "evidence", "orders", "visit")
TITLES: Final[dict[Section, str]] = {
    "chart": "Chart", "read": "Read", "differential": "Differential", "evidence": "Evidence", "orders": "Orders",
    "visit": "Next visit",
}  # fmt: skip
ASK_OF: Final[dict[Section, Ask]] = {
    "read": "read", "differential": "belief", "evidence": "evidence", "orders": "orders", "visit": "forecast",
}  # fmt: skip
Kind = Literal["done", "ready", "missing", "open", "none"]


@dataclass(frozen=True)
class Sign:
    """How a section stands.

    Parameters
    ----------
    kind : {"done", "ready", "missing", "open", "none"}
        Committed; drafted whole; still to do; nothing to do but to look; not asked.
    word : str
    """

    kind: Kind
    word: str


def sign_of(section: Section, draft: Draft, standing: Standing) -> Sign:
    """Return how a section stands."""
    if section == "chart":
        return Sign("open", f"day {standing.day}")
    locked = _locked(section, draft, standing)
    if locked:
        return Sign("done", locked)
    if standing.over:
        return Sign("none", "over")
    if section not in ASK_OF or ASK_OF[section] not in standing.asked:
        return _unasked(section, standing)
    if section == "orders" and draft.orders:
        return Sign("missing", f"{len(draft.orders)} not sent")
    lacks = lacking(section, draft, standing)
    if lacks is None:
        if ASK_OF[section] in standing.said and not _drafted(section, draft):
            return Sign("done", "said before")
        return Sign("ready", "ready")
    return Sign("missing", lacks[0])


def _unasked(section: Section, standing: Standing) -> Sign:
    if section == "read" and "read" in standing.asks and not standing.scan:
        return Sign("none", "no CT")
    return Sign("none", "last day" if section == "visit" and standing.last else "not asked")


def _locked(section: Section, draft: Draft, standing: Standing) -> str:
    if section == "read" and standing.read is not None:
        return "signed"
    if section == "differential" and standing.belief is not None:
        return "committed"
    if section == "visit" and standing.forecast is not None:
        return "committed"
    if section == "evidence" and standing.citations:
        left = {one.disease for one in draft.citations} - {one.disease for one in standing.citations}
        return "" if left else "committed"
    return "sent" if section == "orders" and standing.ordered and not draft.orders else ""


def _drafted(section: Section, draft: Draft) -> bool:
    return {
        "read": draft.reading,
        "differential": bool(draft.differential.placed),
        "evidence": bool(draft.citations),
        "visit": draft.prospect is not None,
    }.get(section, False)


def lacking(section: Section, draft: Draft, standing: Standing) -> tuple[str, str] | None:
    """Return what a section that is asked for lacks, in a word and in a clause; None where it lacks nothing."""
    if not _drafted(section, draft) and ASK_OF[section] in standing.said and section != "read":
        return None
    if section == "read":
        return _read_lacks(draft, standing)
    if section == "differential":
        return _belief_lacks(draft)
    there, clause = {
        "evidence": (bool(draft.citations), "what speaks for and against"),
        "orders": (bool(draft.orders) or standing.ordered, "an order, or the choice to watch and wait"),
        "visit": (draft.prospect is not None, "what you expect of the next visit"),
    }[section]
    return None if there else ("to do", clause)


def _read_lacks(draft: Draft, standing: Standing) -> tuple[str, str] | None:
    if not draft.reading:
        return "to do", "the CT is not read"
    if standing.prior is not None and draft.trend is None:
        return "no trend", f"how the CT compares with day {standing.prior}"
    return None


def _belief_lacks(draft: Draft) -> tuple[str, str] | None:
    rest = draft.differential.rest
    if rest == TOKENS:
        return "to do", "what you believe"
    return (f"{rest} left", f"{_tokens(rest)} on nothing yet (a commit puts them on 'other')") if rest else None


def _tokens(count: int) -> str:
    return f"{count} token{'' if count == 1 else 's'}"


def missing(draft: Draft, standing: Standing) -> list[str]:
    """Return what a commit now would leave out, in clauses."""
    found = []
    for section in SECTIONS[1:]:
        open_ = ASK_OF[section] in standing.asked and not _locked(section, draft, standing)
        lacks = lacking(section, draft, standing) if open_ else None
        if lacks is not None:
            found.append(lacks[1])
    return found


def next_thing(draft: Draft, standing: Standing) -> str:
    """Return the one line that says what to do next."""
    if standing.over:
        return f"{'The time is up' if standing.late else 'The case is over'}. The debrief is next."
    found = _to_order(draft, standing) or _to_read(draft, standing) or _first_lacking(draft, standing)
    if found:
        return found
    if draft.orders:
        return f"{_orders(len(draft.orders))} not sent yet: send them, or commit."
    if statements(draft, standing):
        return "Commit, then move the clock."
    if standing.last:
        return "The last day: order what is to follow, then end the case."
    return f"All is said for today. Move the clock to day {draft.leading_to(standing)}."


def _to_order(draft: Draft, standing: Standing) -> str | None:
    if standing.first_visit and not draft.orders:
        return "Order what you need to know: ask, examine, take bloods, get a CT."
    if draft.orders and not standing.ordered:
        return f"{_orders(len(draft.orders))} not sent yet: send them. Same-day results come at once."
    if not standing.ordered and draft == Draft(day=draft.day) and standing.belief is None and standing.forecast is None:
        return "See in the chart what is new, order what you need today, then say what you believe."
    return None


def _to_read(draft: Draft, standing: Standing) -> str | None:
    if "read" not in standing.asked or standing.read is not None:
        return None
    if lacking("read", draft, standing) is None:
        return "Sign the read of the CT; the written report comes after it."
    return "Read the CT: what is seen, where, and how sure you are."


def _first_lacking(draft: Draft, standing: Standing) -> str | None:
    words = {
        "differential": f"Say what you believe: {draft.differential.rest} of {TOKENS} tokens left.",
        "evidence": "Cite what speaks for your first diagnosis, and what against it.",
        "orders": "Decide: order tests or treatment, or choose to watch and wait.",
        "visit": "Say what you expect of the next visit, then commit.",
    }
    for section in SECTIONS[2:]:
        open_ = ASK_OF[section] in standing.asked and not _locked(section, draft, standing)
        if open_ and lacking(section, draft, standing) is not None:
            return words[section]
    return None


def _orders(count: int) -> str:
    return f"{count} order{' is' if count == 1 else 's are'}"
