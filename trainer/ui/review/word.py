"""A card in words: the stem, the marked answers, and what comes next. Knows no Qt."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from trainer.course.opacity import ChestState
from trainer.encounter.occlusion import Named, Puzzle
from trainer.encounter.question import Question
from trainer.encounter.solution import Solution
from trainer.reasoning.item import listed, share
from trainer.ui.debrief.word import Block

RATINGS: Final[Mapping[int, str]] = {1: "Again", 2: "Hard", 3: "Good", 4: "Easy"}


def stem_blocks(question: Question) -> list[Block]:
    """Return what is told before anything is asked; nothing that tells the diagnosis."""
    stem = question.stem
    blocks = [Block("head", f"Day {question.day}"), Block("body", stem.opening)]
    if stem.happened:
        blocks += [Block("lead", "Since then"), *(Block("body", text) for text in stem.happened)]
    if stem.taking:
        blocks += [Block("lead", "Takes today"), Block("body", f"{'; '.join(stem.taking)}.")]
    for heading, text in stem.results:
        blocks += [Block("lead", heading), Block("body", text)]
    if stem.pending:
        blocks += [Block("lead", "Not back yet"), Block("body", f"{listed(stem.pending)}.")]
    seen = "Two CTs are shown, prior and current." if question.asks_change else "One CT is shown."
    return [*blocks, Block("lead", "Today"), Block("body", f"{stem.today} {seen} Read, then answer.")]


def occlusion_stem(puzzle: Puzzle, day: int) -> list[Block]:
    """Return what is told of a picture with covered names."""
    blocks = [
        Block("head", "Name what is outlined"),
        Block("body", "One outline asks “What is this?”. Say what it shows in this slice, in the words of the "
              "Fleischner glossary, and the lobe that it lies in."),
        Block("dim", f"CT of day {day}, slice {puzzle.index + 1}. You may scroll, and change the window."),
    ]  # fmt: skip
    if puzzle.shown is not None:
        blocks.insert(2, Block("body", "The name of one other is given; the rest are covered."))
    return blocks


def solution_blocks(solution: Solution, question: Question, confidence: float) -> list[Block]:
    """Return the answers marked, the model answer and its reasons, and what the patient had."""
    blocks = [Block("head", f"{share(solution.score)} of what could be earned")]
    for part in solution.parts:
        verdict = "Right" if part.right else "Partly right" if part.credit >= 0.5 else "Not right"
        blocks += [
            Block("good" if part.right else "bad", f"{part.asked}: {verdict.lower()}, {share(part.credit)}"),
            Block("body", f"You: {part.yours}."),
            Block("body", f"Model answer: {part.model}."),
            *(Block("dim", reason) for reason in part.reasons),
        ]
        if part.name == "diagnosis":
            blocks.append(Block("dim", _how_sure(confidence, part.right)))
    return [
        *blocks,
        Block("head", f"The patient had: {solution.disease}"),
        Block("body", solution.summary),
        Block("dim", f"Case “{question.title}”, {question.step_title.lower()}. Simulated, for training."),
    ]


def _how_sure(confidence: float, right: bool) -> str:
    said = f"You were {share(confidence)} sure."
    if right:
        return said if confidence >= 0.8 else f"{said} The answer was right; nothing counts as easy below 80 %."
    return f"{said} The answer was not right: look at what speaks against it." if confidence >= 0.8 else said


def named_blocks(named: Named, title: str) -> list[Block]:
    """Return a named region, marked. The disease is not told: other cards of the case ask for it."""
    full = named.name_credit == 1.0 and named.lobe_credit == 1.0
    return [
        Block("head", f"{share(named.score)} of what could be earned"),
        Block("good" if full else "bad", "Right" if full else "Not all of it is right"),
        Block("body", f"You: {named.yours}."),
        Block("body", f"Model answer: {named.model}."),
        *(Block("dim", reason) for reason in named.reasons),
        Block("dim", f"Case “{title}”. Simulated, for training."),
    ]


def next_block(rating: int, due: datetime, now: datetime) -> Block:
    """Return when a card comes back."""
    days = max(0, (due.astimezone(now.tzinfo).date() - now.date()).days)
    when = "today" if days == 0 else "tomorrow" if days == 1 else f"in {days} days"
    return Block(
        "lead", f"Rated {RATINGS[rating].lower()} from the score. The card comes back {when}, in a new patient."
    )


def empty_line(answered: int, upcoming: datetime | None, held: int, now: datetime) -> str:
    """Return what is said where no card is due."""
    parts = ["Nothing is due."]
    if answered:
        parts = [f"Done for today: {answered} card{'' if answered == 1 else 's'} answered."]
    if upcoming is None:
        parts.append("Cards are made of the cases that you finish: play one to its end and look at its debrief.")
    elif upcoming <= now:
        parts.append("More is waiting, and waits until tomorrow." if answered else "")
    else:
        local = upcoming.astimezone(now.tzinfo)
        parts.append(f"The next card is due on {local.day} {local:%B %Y}.")
    if held:
        parts.append(
            f"Cards of {held} case{'' if held == 1 else 's'} wait until you have finished the run that is open."
        )
    return " ".join(part for part in parts if part)


def filled_ml(chest: ChestState) -> float:
    """Return how much airspace a chest has filled."""
    return float((chest.opacities["volume_ml"] * chest.opacities["fill"]).sum())


def place_line(at: int, of: int) -> str:
    """Return where one is in the session."""
    return f"Card {at} of {of}"
