"""What the report draws: the timeline, a dial, a regret; and the timeline in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

from trainer.reasoning.item import listed, share
from trainer.records.report.drawing import ACCENT, GREY, INK, PALE, PAPER, Drawing, Place
from trainer.records.report.value import BeliefLine, DialLine, RegretStep, Timeline
from trainer.records.report.word import many

_WIDTH, _LEFT, _RIGHT = 720.0, 150.0, 14.0
_LEAST_SPAN = 14  # days that the axis covers at least
_STEPS = (1, 2, 7, 14, 28, 56, 91, 182)  # days between marks of the axis
_MOST_MARKS = 12
_DOSES = (20.0, 40.0, 60.0, 80.0, 100.0)  # mg that the top of the dose axis may stand for
_EVENT_PX, _DOSE_PX, _BAR_PX, _BELIEF_PX = 30.0, 68.0, 12.0, 32.0
_MOST_DOTS = 60  # visits; more would run into each other
_TOLD_VISITS = 8  # visits that the words for the timeline go through one by one

X = Callable[[float], float]


def timeline_svg(line: Timeline) -> str:
    """Return the run day by day: events, doses, other treatments and belief, readable without colour."""
    bars_px = _BAR_PX * len(line.bars) + (14.0 if line.more_bars else 0.0) + (8.0 if line.bars else 0.0)
    top = 18.0
    dose = top + _EVENT_PX + 8.0
    bars = dose + _DOSE_PX + 10.0
    belief = bars + bars_px + 6.0
    foot = belief + _BELIEF_PX * len(line.beliefs)
    made = Drawing(_WIDTH, foot + 32.0)
    span = max(line.last_day, _LEAST_SPAN)

    def x(day: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * day / span

    _axis(made, line, span, x, foot)
    _events(made, line, x, top)
    _doses(made, line, x, dose)
    _bars(made, line, x, bars)
    for n, one in enumerate(line.beliefs):
        _belief(made, line.belief_days, one, x, belief + n * _BELIEF_PX)
    _legend(made, foot + 28.0)
    return made.svg()


def _axis(made: Drawing, line: Timeline, span: int, x: X, foot: float) -> None:
    step = next((s for s in _STEPS if span / s <= _MOST_MARKS), _STEPS[-1] * (1 + span // (_STEPS[-1] * _MOST_MARKS)))
    made.text(0, 10, "Day", 10.5, fill=GREY)
    for day in range(0, span + 1, step):
        made.line((x(day), 14), (x(day), foot), PALE, 0.5)
        made.text(x(day), 10, str(day), 10.5, "middle", GREY)
    if line.last_day < span:
        made.line((x(line.last_day), 14), (x(line.last_day), foot), GREY, 0.8, "2 2")


def _events(made: Drawing, line: Timeline, x: X, top: float) -> None:
    base = top + _EVENT_PX - 6.0
    made.text(0, base - 4, "Visits and events", 11)
    made.line((x(0), base), (x(line.last_day), base), INK, 0.8)
    for day in line.visits:
        made.line((x(day), base - 4), (x(day), base + 4), INK, 0.9)
    for day in line.scans:
        made.rect(x(day) - 3.5, base - 15, 7, 7, INK)
    for day in line.invasive:
        made.path(_diamond(x(day), base - 11.5, 5), INK, 1.0, PAPER)
    for day in line.alarms:
        made.path([(x(day) - 4.5, base + 11), (x(day), base + 4), (x(day) + 4.5, base + 11)], ACCENT, 1.2, ACCENT)
    if line.death_day is not None:
        made.line((x(line.death_day) - 4.5, base - 4.5), (x(line.death_day) + 4.5, base + 4.5), INK, 2)
        made.line((x(line.death_day) - 4.5, base + 4.5), (x(line.death_day) + 4.5, base - 4.5), INK, 2)


def _diamond(x: float, y: float, half: float) -> list[Place]:
    return [(x - half, y), (x, y - half), (x + half, y), (x, y + half), (x - half, y)]


def _doses(made: Drawing, line: Timeline, x: X, top: float) -> None:
    """Draw the daily dose as an area; what is higher than the axis is cut off and written out."""
    highest = max(line.dose_mg, default=0.0)
    most = next((dose for dose in _DOSES if highest < dose), _DOSES[-1])
    base = top + _DOSE_PX
    made.text(0, top + 14, "Prednisolone", 11)
    made.text(0, top + 27, "equivalent, mg a day", 9.5, fill=GREY)
    for value in (0.0, most / 2, most):
        y = base - _DOSE_PX * value / most
        made.line((x(0), y), (_WIDTH - _RIGHT, y), PALE, 0.5)
        made.text(_LEFT - 5, y + 3.5, f"{value:g}", 9.5, "end", GREY)
    if highest <= 0.0:
        made.text(x(0) + 6, base - 6, "none taken", 10.5, fill=GREY)
        return
    outline: list[Place] = [(x(0), base)]
    day = 0
    for dose, days in groupby(line.dose_mg):
        end = min(day + len(list(days)), line.last_day)
        y = base - _DOSE_PX * min(dose, most) / most
        outline += [(x(day), y), (x(end), y)]
        day = end
    outline.append((x(day), base))
    made.path(outline, "none", fill="#d5e2e9")
    made.path(outline, ACCENT, 1.4)
    if highest > most:
        made.text(0, top + 39, f"cut off: up to {highest:.0f} mg", 9.5)


def _bars(made: Drawing, line: Timeline, x: X, top: float) -> None:
    for n, bar in enumerate(line.bars):
        y = top + n * _BAR_PX
        made.rect(x(bar.first_day), y, max(1.5, x(bar.end_day) - x(bar.first_day)), 6, "#8d8d8d", INK)
        made.text(_LEFT - 8, y + 7, _short(bar.name, 25), 9.5, "end")
    if line.more_bars:
        y = top + len(line.bars) * _BAR_PX + 8
        made.text(_LEFT - 8, y, f"and {many(line.more_bars, 'more treatment')}", 9.5, "end", GREY)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _belief(made: Drawing, days: Sequence[int], one: BeliefLine, x: X, top: float) -> None:
    """Draw a disease: filled dots on a line for the learner, a dashed line for the observer."""
    high, base = top + 3.0, top + _BELIEF_PX - 4.0

    def y(value: float) -> float:
        return base - (base - high) * min(max(value, 0.0), 1.0)

    made.line((x(0), base), (_WIDTH - _RIGHT, base), PALE, 0.6)
    for n, words in enumerate(_in_two(one.name)):
        made.text(0, base - 8 + 10 * n, words, 10)
    made.text(_LEFT - 5, high + 5, "100 %", 7.5, "end", GREY)
    made.text(_LEFT - 5, base + 2, "0", 7.5, "end", GREY)
    made.path([(x(d), y(v)) for d, v in zip(days, one.observer, strict=True)], ACCENT, 1.3, dash="4 2.5")
    said = [(x(d), y(v)) for d, v in zip(days, one.stated, strict=True) if v is not None]
    made.path(said, INK, 1.1)
    if len(days) <= _MOST_DOTS:
        for d, v in zip(days, one.observer, strict=True):
            made.dot(x(d), y(v), 2.0, PAPER, ACCENT)
        for px, py in said:
            made.dot(px, py, 2.3, INK)


def _in_two(name: str) -> list[str]:
    """Return a name on one or two lines of the left margin."""
    most = 25
    if len(name) <= most:
        return [name]
    cut = name.rfind(" ", 0, most + 1)
    cut = cut if cut > 0 else most
    return [name[:cut], _short(name[cut:].strip(), most)]


def _legend(made: Drawing, y: float) -> None:
    at = 0.0
    for symbol, words in (
        ("scan", "CT"), ("invasive", "invasive test"), ("alarm", "worse, or a call"), ("death", "death"),
        ("stated", "belief stated"), ("observer", "what the findings supported"),
    ):  # fmt: skip
        _symbol(made, symbol, at + 9, y - 4)
        made.text(at + 22, y, words, 10)
        at += 22 + 4.6 * len(words) + 20


def _symbol(made: Drawing, symbol: str, x: float, y: float) -> None:
    match symbol:
        case "scan":
            made.rect(x - 3.5, y - 3.5, 7, 7, INK)
        case "invasive":
            made.path(_diamond(x, y, 5), INK, 1.0, PAPER)
        case "alarm":
            made.path([(x - 4.5, y + 3.5), (x, y - 3.5), (x + 4.5, y + 3.5)], ACCENT, 1.2, ACCENT)
        case "death":
            made.line((x - 4, y - 4), (x + 4, y + 4), INK, 2)
            made.line((x - 4, y + 4), (x + 4, y - 4), INK, 2)
        case "stated":
            made.line((x - 9, y), (x + 9, y), INK, 1.1)
            made.dot(x, y, 2.3, INK)
        case _:
            made.line((x - 9, y), (x + 9, y), ACCENT, 1.3, "4 2.5")
            made.dot(x, y, 2.0, PAPER, ACCENT)


def timeline_told(line: Timeline) -> str:
    """Return the timeline in words, for who cannot see it."""
    told = [f"Timeline of {many(line.last_day, 'day')} with {many(len(line.visits), 'visit')}."]
    for days, words in ((line.scans, "CT"), (line.invasive, "Invasive tests"), (line.alarms, "Worse, or a call")):
        if days:
            shown = [str(day) for day in days[:_TOLD_VISITS]]
            more = f" and {len(days) - _TOLD_VISITS} more" if len(days) > _TOLD_VISITS else ""
            told.append(f"{words} on day {listed(shown) if not more else ', '.join(shown) + more}.")
    if line.death_day is not None:
        told.append(f"Death on day {line.death_day}.")
    highest = max(line.dose_mg, default=0.0)
    told.append(
        f"Prednisolone equivalent: at most {highest:.0f} mg a day, {sum(line.dose_mg) / 1000:.2f} g in all."
        if highest > 0
        else "No steroid was taken."
    )
    told += [f"{bar.name} from day {bar.first_day} to day {bar.end_day}." for bar in line.bars]
    if line.more_bars:
        told.append(f"And {many(line.more_bars, 'more treatment')}.")
    for n, day in list(enumerate(line.belief_days))[:_TOLD_VISITS]:
        parts = []
        for one in line.beliefs[:-1]:
            said = one.stated[n]
            parts.append(
                f"{one.name} {'not stated' if said is None else share(said)}, supported {share(one.observer[n])}"
            )
        told.append(f"Belief on day {day}: {'; '.join(parts)}.")
    if len(line.belief_days) > _TOLD_VISITS:
        told.append(f"The figure goes on for {many(len(line.belief_days) - _TOLD_VISITS, 'visit')}.")
    return " ".join(told)


def dial_svg(dial: DialLine) -> str:
    """Return a dial as a bar with a whisker of one standard error; a scale without a bar where it was not asked."""
    width, middle = 300.0, 9.0
    made = Drawing(width + 8, 18)

    def x(value: float) -> float:
        return 4 + width * min(max(value, 0.0), 100.0) / 100

    made.rect(4, middle - 3, width, 6, "#ebebeb")
    if dial.value is not None and dial.se is not None:
        made.rect(4, middle - 3, x(dial.value) - 4, 6, ACCENT)
        low, high = x(dial.value - dial.se), x(dial.value + dial.se)
        for stroke, thick, reach in ((PAPER, 3.4, 5.4), (INK, 1.3, 4.4)):  # a border, so that it shows on the bar too
            made.line((low, middle), (high, middle), stroke, thick)
            made.line((low, middle - reach), (low, middle + reach), stroke, thick)
            made.line((high, middle - reach), (high, middle + reach), stroke, thick)
    for value in (0, 50, 100):
        made.line((x(value), 15), (x(value), 18), GREY, 0.6)
    return made.svg()


def regret_svg(step: RegretStep) -> str:
    """Return a regret as a bar: the part of the belief filled, that of the act open, on the reach of the table."""
    width = 260.0
    scale = max(step.reach, abs(step.belief), abs(step.total), 1.0)
    made = Drawing(width, 12)
    made.rect(0.5, 2.5, width - 1, 7, "#ebebeb")
    belief, total = (width - 1) * step.belief / scale, (width - 1) * step.total / scale
    made.rect(0.5, 2.5, belief, 7, ACCENT)
    if step.act >= 0:
        made.rect(0.5 + belief, 2.5, total - belief, 7, PAPER, ACCENT)
    else:  # the act made good part of what the belief would have lost
        made.rect(0.5 + total, 4, belief - total, 4, PAPER, ACCENT)
    made.line((0.5 + total, 0), (0.5 + total, 12), INK, 1.4)
    return made.svg()
