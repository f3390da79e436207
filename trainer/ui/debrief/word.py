"""The debrief in words and rows: what is said of items, gates, beliefs and choices. Knows no Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from trainer.chest.opacity.sign import signs_of
from trainer.course.opacity import ChestState
from trainer.encounter.debrief import Debrief, Feedback, Visit
from trainer.encounter.search import SOURCE, Search
from trainer.knowledge.statement import OTHER
from trainer.reasoning.dial import ScoreSheet
from trainer.reasoning.gate import Gate
from trainer.reasoning.item import Item, capital, inline, listed, share

Kind = Literal["head", "lead", "body", "dim", "bad", "good"]

NEVER_SCORED = "Luck is never scored."
REST = "All others"
_SLIGHT = 1e-9
_WORTH_A_ROW = 0.045  # share from which on a disease has its own row; a token is 0.05
_MOST_ROWS = 8
_SIGNS = 2  # of an opacity that stand beside its outline

DIAL_WORDS: Mapping[str, str] = {
    "perception": "signs and zones seen in the CT",
    "response": "what changed between two CTs",
    "diagnosis": "the differential against what could be known",
    "calibration": "forecasts against what was to be expected",
    "evidence": "findings cited for and against",
    "management": "orders, and choices on what could be known",
    "safety": "gates that nothing buys back",
    "economy": "what was spent beside the textbook plan",
}


@dataclass(frozen=True)
class Block:
    """A paragraph of a debrief: "bad" and "good" ones say so in words as well.

    Parameters
    ----------
    kind : {"head", "lead", "body", "dim", "bad", "good"}
    text : str
    url : str, optional
        Where more of it is.
    """

    kind: Kind
    text: str
    url: str | None = None


@dataclass(frozen=True)
class BeliefRow:
    """One disease over the visits: the learner's shares and the observer's, None where nothing was stated."""

    name: str
    stated: tuple[float | None, ...]
    observer: tuple[float, ...]


def worth(item: Item) -> str:
    """Return what an item brought: "0.5 of 1", or what it took away."""
    return f"{item.points:.1f} of {item.most:g}" if item.most else f"{item.points:+.1f}"


def of_item(item: Item, references: Mapping[str, str], names: Mapping[str, str]) -> list[Block]:
    """Return what is said of one item: its worth, when, why, on what ground."""
    at = f"day {item.day}" + (f", event {item.event}" if item.event is not None else "")
    kind: Kind = "bad" if item.lost > _SLIGHT else "good"
    word = "Lost" if item.lost > _SLIGHT else "Full"
    blocks = [Block(kind, f"{word}: {item.title}, {worth(item)} ({at})")]
    if item.reason:
        blocks.append(Block("body", item.reason))
    rests = f"Rests on: {', '.join(_named(word, names) for word in item.evidence)}. " if item.evidence else ""
    source = references.get(item.source, item.source)
    blocks.append(Block("dim", f"{rests}Source: {source}{'' if source.endswith('.') else '.'}"))
    return blocks


def _named(word: str, names: Mapping[str, str]) -> str:
    """Return an identifier by its name, alone or before a figure: "cop 95 %" names the disease."""
    first, space, rest = word.partition(" ")
    return f"{inline(names[first])}{space}{rest}" if first in names else word


def of_dial(sheet: ScoreSheet, dial: str, references: Mapping[str, str], names: Mapping[str, str]) -> list[Block]:
    """Return what is said of one dial: its items, the costliest first."""
    reading = sheet.dials[dial]  # type: ignore[index]
    blocks = [
        Block("head", f"{capital(dial)}: {reading.value:.0f} of 100, standard error {reading.se:.0f}"),
        Block(
            "dim", f"{capital(DIAL_WORDS[dial])}. A dial on few items says little; its standard error tells how little."
        ),
    ]
    own = [item for item in sheet.items if item.dial == dial and (item.most or item.points)]
    for item in sorted(own, key=lambda item: -item.lost):
        blocks += of_item(item, references, names)
    return blocks


def in_short(sheet: ScoreSheet, references: Mapping[str, str], names: Mapping[str, str]) -> list[Block]:
    """Return the sheet in short: the gates, and what cost most on each dial."""
    blocks = [
        Block("head", f"Overall {sheet.overall:.0f} of 100"),
        Block(
            "dim",
            "A weighted geometric mean of the dials: none buys back another. For training; no measure of clinical "
            "competence.",
        ),
        *of_gates(sheet.gates, references),
        Block("head", "What cost most, dial by dial"),
    ]
    for dial in sheet.dials:
        worst = max((item for item in sheet.items if item.dial == dial), key=lambda item: item.lost, default=None)
        if worst is not None and worst.lost > _SLIGHT:
            blocks += [Block("lead", capital(dial)), *of_item(worst, references, names)]
    return blocks


def of_gates(gates: Sequence[Gate], references: Mapping[str, str]) -> list[Block]:
    """Return the failed gates, or that there is none."""
    failed = [gate for gate in gates if gate.failed]
    if not failed:
        return [Block("good", "No safety gate failed.")] if gates else []
    blocks = []
    for gate in failed:
        blocks.append(Block("bad", f"SAFETY GATE FAILED: {gate.title} (day {gate.day}, event {gate.event})"))
        blocks.append(Block("body", gate.reason))
        blocks.append(Block("dim", f"Source: {references.get(gate.source, gate.source)}"))
    return blocks


def failed_in_a_line(gates: Sequence[Gate]) -> list[Block]:
    """Return each failed gate in a line."""
    return [
        Block("bad", f"SAFETY GATE FAILED: {gate.title} (day {gate.day}, event {gate.event}). {gate.reason}")
        for gate in gates
        if gate.failed
    ]


def belief_rows(visits: Sequence[Visit], names: Mapping[str, str]) -> list[BeliefRow]:
    """Return the diseases that anybody gave a share worth a row, the largest first, and all others together."""
    most: dict[str, float] = {}
    for visit in visits:
        for shares in (visit.stated or {}, visit.observer):
            for disease, value in shares.items():
                most[disease] = max(most.get(disease, 0.0), value)
    most.pop(OTHER, None)
    shown = sorted((d for d, value in most.items() if value >= _WORTH_A_ROW), key=lambda d: (-most[d], d))[:_MOST_ROWS]

    def rest(shares: Mapping[str, float]) -> float:
        return max(0.0, sum(shares.values()) - sum(shares.get(d, 0.0) for d in shown))

    rows = [
        BeliefRow(
            names.get(disease, disease),
            tuple(None if v.stated is None else v.stated.get(disease, 0.0) for v in visits),
            tuple(v.observer.get(disease, 0.0) for v in visits),
        )
        for disease in shown
    ]
    stated = tuple(None if v.stated is None else rest(v.stated) for v in visits)
    return [*rows, BeliefRow(REST, stated, tuple(rest(v.observer) for v in visits))]


def beliefs_told(visits: Sequence[Visit], rows: Sequence[BeliefRow]) -> str:
    """Return the chart of beliefs as a sentence a visit."""
    told = []
    for n, visit in enumerate(visits):
        top = max(rows[:-1] or rows, key=lambda row: row.observer[n])
        said = next((row.stated[n] for row in rows if row is top), None)
        yours = "you stated nothing" if said is None else f"you {share(said)}"
        told.append(f"day {visit.day}: {top.name}, {yours}, the findings {share(top.observer[n])}")
    return "; ".join(told)


def weighed(visits: Sequence[Visit]) -> list[Visit]:
    """Return the visits at which a choice was weighed."""
    return [visit for visit in visits if visit.choice is not None]


def at_visit(debrief: Debrief, visit: Visit) -> list[Block]:
    """Return what else was lost at a visit, from the clock's coming to stand to its moving on."""
    before = max((other.event for other in debrief.visits if other.event < visit.event), default=0)
    own = [
        item
        for item in debrief.sheet.items
        if item.event is not None and before < item.event <= visit.event and item.lost > _SLIGHT
        if not item.id.startswith("decision-")
    ]
    if not own:
        return []
    blocks = [Block("head", "What else was lost at this visit")]
    for item in sorted(own, key=lambda item: (item.event or 0, item.id)):
        blocks += of_item(item, debrief.references, debrief.names)
    return blocks


def of_choice(visit: Visit) -> list[Block]:
    """Return what is said of the choice of one visit."""
    choice = visit.choice
    assert choice is not None
    verdict = "as right as any" if choice.equally_right else f"regret {choice.total:.1f} points"
    blocks = [
        Block("lead", f"Day {visit.day}, {visit.step}: {verdict}"),
        Block("body", f"You chose: {inline(choice.own)}."),
    ]
    if choice.best != choice.own:
        near = " The difference is too small to count." if choice.equally_right else ""
        blocks.append(Block("body", f"Best on what could be known: {inline(choice.best)}.{near}"))
    blocks.append(
        Block(
            "body",
            f"Regret {choice.total:.1f} points of expected utility (standard error {choice.standard_error:.1f}): "
            f"{choice.belief:.1f} from the belief, {choice.act:+.1f} from the act beside what that belief called for. "
            f"The best and the worst act on the table lay {choice.reach:.1f} apart.",
        )
    )
    if visit.luck is not None:
        how = "better" if visit.luck >= 0 else "worse"
        blocks.append(
            Block(
                "dim",
                f"Luck: it went {abs(visit.luck):.1f} points {how} in this patient than could be expected. "
                f"{NEVER_SCORED}",
            )
        )
    return blocks


def of_search(search: Search) -> list[Block]:
    """Return what is said of a search audit."""
    return [Block("body", text) for text in search.said]


def _tissue_ml(opacity: np.void) -> float:
    return float(opacity["volume_ml"] * opacity["fill"])


def names_of_opacities(scans: Sequence[tuple[int, ChestState]]) -> dict[int, str]:
    """Return each opacity of a patient by number and signs, those of the day on which it filled most lung."""
    fullest: dict[int, np.void] = {}
    for _, chest in scans:
        for one in chest.opacities:
            label = int(one["label"])
            if label not in fullest or _tissue_ml(one) > _tissue_ml(fullest[label]):
                fullest[label] = one
    named = {label: listed([sign.value for sign in signs_of(one)[:_SIGNS]]) for label, one in fullest.items()}
    return {label: f"{label} {signs}".strip() for label, signs in sorted(named.items())}


SEARCH_SOURCE = Block("dim", f"Classes of error: {SOURCE}. What was on the screen is never scored.")
NO_SEARCH = Block("body", "What was on the screen was not recorded: this run was not read in the reading room.")


def to_take_home(debrief: Debrief) -> list[Block]:
    """Return what it was, what became of the patient and the twin, and the points with their references."""
    blocks = [
        Block("head", f"What it was: {debrief.disease}"),
        Block("body", debrief.summary),
        Block("lead", "What became of the patient"),
        Block("body", debrief.ending),
    ]
    if debrief.twin is not None:
        blocks += [Block("lead", f"The twin: {debrief.twin.plan}"), Block("body", debrief.twin.theirs)]
    if debrief.left:
        blocks.append(Block("lead", "Paths that you left by going back"))
        blocks += [
            Block("body", f"Up to event {one.event} (day {one.day}): overall {one.overall:.0f} of 100.")
            for one in debrief.left
        ]
    blocks.append(Block("lead", "What this case is for"))
    blocks += [Block("body", text) for text in debrief.objectives]
    blocks.append(Block("lead", "To take home"))
    for point in debrief.points:
        blocks += [Block("body", point.text), Block("dim", point.reference, point.url)]
    return blocks


def of_feedback(feedback: Feedback) -> list[Block]:
    """Return what a tutor says after a step."""
    blocks = of_gates(feedback.gates, feedback.references)
    for visit in feedback.visits:
        rows = belief_rows([visit], feedback.names)
        blocks.append(Block("lead", f"Day {visit.day}: your differential and what the findings support"))
        blocks += [
            Block("body", f"{row.name}: you {share(row.stated[0] or 0.0)}, the findings {share(row.observer[0])}")
            for row in rows
        ]
    for item in sorted(feedback.items, key=lambda item: -item.lost):
        blocks += of_item(item, feedback.references, feedback.names)
    return blocks or [Block("body", "Nothing of this step could be judged yet.")]
