"""The words of both forms of a report: plain values that the page and the document only have to place."""

from __future__ import annotations

from typing import Any

from trainer.records.report.chart import dial_svg, regret_svg, timeline_svg, timeline_told
from trainer.records.report.value import DISCLAIMER, DialLine, GateLine, NextCard, RegretStep, Report

_NO_REGRET = 0.05  # points below which a part of a regret is written as 0.0


def view_of(report: Report) -> dict[str, Any]:
    """Return the report as texts, SVG and PNG; nothing is left to be worked out by a template."""
    return {
        "title": report.title,
        "document": f"Atoll report: {report.title} (SIMULATED)",
        "disclaimer": DISCLAIMER,
        "facts": [{"label": fact.label, "text": fact.text} for fact in report.facts],
        "policy": report.policy,
        "policy_words": report.policy_words,
        "dials": [_dial(dial) for dial in report.dials],
        "overall": _overall(report),
        "gates": [_gate(gate) for gate in report.gates],
        "gates_said": _gates_said(report),
        "head": report.chain.head,
        "count": f"{report.chain.count}",
        "disease": report.disease,
        "ending": report.ending,
        "timeline": timeline_svg(report.timeline),
        "timeline_told": timeline_told(report.timeline),
        "steps": [_step(step) for step in report.steps],
        "steps_said": _steps_said(report),
        "cards": [_card(card) for card in report.next_cards],
        "cards_said": _cards_said(report),
    }


def _dial(dial: DialLine) -> dict[str, str]:
    asked = dial.value is not None and dial.se is not None
    return {
        "name": dial.name,
        "words": dial.words,
        "cost": f"cost most: {dial.cost}" if dial.cost else "",
        "figure": f"{dial.value:.0f} ± {dial.se:.0f}" if asked else "not asked",
        "svg": dial_svg(dial),
    }


def _overall(report: Report) -> str:
    weights = ", ".join(f"{name} {weight:g}" for name, weight in report.weights.items())
    said = f"Overall {report.overall:.0f} of 100: the geometric mean of the dials, weighted {weights}"
    if report.cap is not None:
        return f"{said}; held at {report.cap:.0f} by a failed gate."
    return f"{said}. None buys back another."


def _gate(gate: GateLine) -> dict[str, Any]:
    return {
        "title": f"{gate.title}, day {gate.day}" if gate.failed else gate.title,
        "failed": gate.failed,
        "mark": "FAILED" if gate.failed else "passed",
        "reason": gate.reason if gate.failed else "",
    }


def _gates_said(report: Report) -> str:
    failed, judged = report.failed_gates, report.failed_gates + report.passed_gates
    if not judged:
        return "none holds under this policy"
    listed = len(report.gates)
    more = f"; {listed} are listed" if listed < judged else ""
    return f"{failed} of {judged} failed{more}" if failed else f"all {judged} passed{more}"


def _points(value: float) -> str:
    return f"{0.0 if abs(value) < _NO_REGRET else value:.1f}"


def _step(step: RegretStep) -> dict[str, Any]:
    luck = "" if step.luck is None else f"Luck {step.luck:+.1f} points in this patient; never scored."
    total, belief = round(step.total, 1), round(step.belief, 1)
    parts = f"belief {_points(belief)} + act {_points(total - belief)}"  # so that the figures add up as they stand
    return {
        "head": f"Day {step.day}: {step.title}",
        "verdict": "as right as any act" if step.equally_right else "a better act was there",
        "regret": f"Regret {_points(total)} ± {step.standard_error:.1f} points = {parts}",
        "svg": regret_svg(step),
        "lines": [
            {"label": "Chosen", "text": step.chosen},
            {"label": "Best", "text": step.best if step.best != step.chosen else "the same"},
            {"label": "Believed", "text": step.stated},
            {"label": "Supported", "text": step.observer},
        ],
        "luck": luck,
        "pictures": [{"label": one.label, "alt": one.alt, "png": one.png} for one in step.pictures],
        "no_picture": ("No CT to show by this day", "No CT before it", "")[len(step.pictures)],
    }


def _steps_said(report: Report) -> str:
    if not report.steps:
        return "No choice was weighed in this run."
    shown, weighed = len(report.steps), report.weighed
    which = f"The {shown} largest of {weighed} choices weighed" if weighed > shown else "All choices weighed"
    return (
        f"{which}. Regret: points of expected utility (0 to 100) that the orders were worth less than the best act, "
        "on what could be known. Bar: filled, part of the belief; open, part of the act; line, the sum. Supported: by "
        "what had been seen."
    )


def _card(card: NextCard) -> dict[str, str]:
    return {"due": f"{card.due.day} {card.due:%b %Y}", "text": card.text}


def _cards_said(report: Report) -> str:
    if not report.next_cards:
        return "No card of the review is waiting."
    return f"and {report.more_cards} more" if report.more_cards else ""
