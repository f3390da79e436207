"""The figures of the results page, out of the gradebook, with the words that keep noise from being read as news."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from textwrap import wrap
from typing import Final

from trainer.encounter.performance import FORECAST_KINDS, ClaimKind
from trainer.records.calibration import LEAST_STATEMENTS, Curve, curve
from trainer.records.estimate import LEAST_CASES, LEAST_TREND, Estimate, Trend, trend
from trainer.records.gradebook import MEASURES, Group, dials, gates, grouped, lost, measured
from trainer.records.result import Finished
from trainer.records.spreadsheet import Column, Value
from trainer.ui.results.figure import NEUTRAL, Axis, Figure, Line, Points, enumerated, staggered

ENOUGH: Final = "not enough cases to say"
KINDS: Final = {
    "signs": "Signs in the CT",
    "zones": "Zones that hold disease",
    "marks": "Marks on opacities",
    "trend": "The whole beside the scan before",
    "changes": "What became of each opacity",
    "migration": "Migration",
    "belief": "Differential diagnosis",
    "forecast": "Forecast of the next visit",
    "evidence": "Findings for and against",
    "decision": "The choice on what could be known",
    "key": "Key features of the case",
    "prophylaxis": "Prophylaxis",
    "gate": "Safety gates",
    "harm": "Harmful acts",
    "pulse": "Pulse of steroid",
    "unheeded": "What was found and not heeded",
    "economy-cost": "Money spent",
    "economy-radiation": "Radiation",
    "economy-invasive": "Invasive tests",
}
"""What the kinds of items are called; another is called as its items begin."""

_MEAN: Final = (
    Column("n", "cases", "cases that asked for it"),
    Column("runs", "runs", "runs of these cases"),
    Column("mean", "0-100", f"mean over cases; empty below {LEAST_CASES} cases"),
    Column("se", "points", "standard error over cases: spread between them, or uncertainty within them if larger"),
    Column("low", "points", "lower end of the 95 % interval (Student's t)"),
    Column("high", "points", "upper end of the 95 % interval"),
    Column("remark", "", "whether there are cases enough"),
)
_LABEL_LETTERS: Final = 34
_UNBROKEN: Final = "\N{NO-BREAK SPACE}"
_ONE: Final = "one run, the first at the top"
_OVER: Final = "mean over cases, whisker one standard error"


def _counted(runs: Sequence[Finished]) -> str:
    cases = len({run.case for run in runs})
    return enumerated(cases, "case") if cases == len(runs) else f"{len(runs)} runs of {enumerated(cases, 'case')}"


def name_of(measure: str) -> str:
    """Return a measure's name as a heading."""
    return measure.capitalize()


def dial_figure(runs: Sequence[Finished]) -> Figure:
    """Return the overall figure and the dials over cases."""
    groups, failed = dials(runs), gates(runs)
    words = [f"{_counted(runs)}."]
    if any(one.estimate for one in groups):
        words = [
            f"{words[0]} The standard error says how far a mean would stray with as many other cases like these; it "
            "holds both how cases differ and how few items each has. Two dials nearer to each other than three "
            "standard errors may differ by chance alone."
        ]
    if failed is not None:
        words.append(
            f"A safety gate failed in {failed.hits} of {enumerated(failed.count, 'run')} "
            f"(95 % interval {_percent(failed.low)} to {_percent(failed.high)})."
        )
    return _of_groups("dials", "Dials over cases", words, "dial", [(name_of(one.name), one) for one in groups])


def _of_groups(
    name: str, title: str, words: Sequence[str], what: str, groups: Sequence[tuple[str, Group]],
    axis: Axis | None = None, meaning: str = "what is measured",
) -> Figure:  # fmt: skip
    """Return a figure with a row for each group: a dot for each case, and the mean where there are enough."""
    rows = tuple((name, *_numbers(one)) for name, one in groups)
    few = [name for name, one in groups if one.estimate is None]
    told = list(words)
    if few and len(few) == len(groups):
        told.append(f"Not enough cases to say more: below {LEAST_CASES} only the runs are shown, and no mean.")
    elif few:
        told.append(f"Where there are fewer than {LEAST_CASES} cases only the runs are shown: not enough cases to say.")
    if not groups:
        return Figure(name, title, tuple(told), (Column(what, "", meaning), *_MEAN))
    dots = [(x, y) for at, (_, one) in enumerate(groups) for x, y in _dots(one, at)]
    points = [Points(_ONE, *_columns(dots), symbol="o", series=NEUTRAL, filled=False, size=6.0)]
    means = [(float(at), one.estimate) for at, (_, one) in enumerate(groups) if one.estimate is not None]
    if means:
        points.append(
            Points(
                _OVER,
                tuple(e.mean for _, e in means),
                tuple(at for at, _ in means),
                tuple(e.mean - e.se for _, e in means),
                tuple(e.mean + e.se for _, e in means),
                across=True,
                symbol="d",
                series=0,
                size=12.0,
            )
        )
    return Figure(
        id=name,
        title=title,
        words=tuple(told),
        columns=(Column(what, "", meaning), *_MEAN),
        rows=rows,
        x=axis or Axis("points of 100", -1.5, 102.0),
        y=Axis("", -0.5, len(groups) - 0.5, tuple(_label(name, one) for name, one in groups)),
        points=tuple(points),
    )


def _numbers(one: Group) -> tuple[Value, ...]:
    e = one.estimate
    if e is None:
        return (one.cases, len(one.values), None, None, None, None, ENOUGH)
    return (one.cases, len(one.values), e.mean, e.se, e.low, e.high, "")


def _label(name: str, one: Group) -> str:
    """Return what stands beside a row: its name, and what is known."""
    e = one.estimate
    known = f"(n {one.cases})" if e is None else f"{e.mean:.0f} ± {e.se:.1f} (n {e.count})"
    return "\n".join(wrap(f"{name}  {known.replace(' ', _UNBROKEN)}", _LABEL_LETTERS))


def _dots(one: Group, at: int) -> list[tuple[float, float]]:
    return list(zip(one.values, staggered(len(one.values), float(at)), strict=True))


def _columns(pairs: Sequence[tuple[float, float]]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return tuple(x for x, _ in pairs), tuple(y for _, y in pairs)


def time_figure(runs: Sequence[Finished], measure: str, titles: Mapping[str, str]) -> Figure:
    """Return a measure in the order in which the cases were played, with a line only where one stands out."""
    found = measured(runs, measure)
    values, within = [value for _, value, _ in found], [se for _, _, se in found]
    line = trend(values, within, len(MEASURES))
    met: set[str] = set()
    again = []
    for run, _, _ in found:
        again.append(run.case in met)
        met.add(run.case)
    rows = tuple(
        (titles.get(run.case, run.case), number, f"{run.made_at:%Y-%m-%d}", run.mode, int(before), value, se)
        for number, ((run, value, se), before) in enumerate(zip(found, again, strict=True), 1)
    )
    points = [
        _cases(label, [(n, value, se) for n, (value, se, seen) in enumerate(zip(values, within, again, strict=True), 1)
                       if seen is which], filled=not which)
        for which, label in ((False, "a case, whisker its own standard error"), (True, "a case that was played before"))
    ]  # fmt: skip
    stands_out = line is not None and line.direction != "no trend"
    count = len(found)
    return Figure(
        id=f"time-{measure}",
        title=f"{name_of(measure)} over time",
        words=(_trend_words(line, count, again=any(again)),) if found else (),
        columns=(
            Column("case", "", "title of the case"),
            Column("order", "", "place in the order in which the cases were begun"),
            Column("day", "", "day on which it was begun (UTC)"),
            Column("mode", "", "tutor or exam"),
            Column("before", "0/1", "whether a run of this case is counted before it"),
            Column("value", "0-100", f"{measure} of the case"),
            Column("se", "points", "standard error within the case"),
        ),
        rows=rows,
        x=Axis("cases, in the order in which they were begun", 0.5, max(count, LEAST_CASES) + 0.5, whole=True),
        y=Axis(f"{name_of(measure)}, points of 100", 0.0, 104.0),
        points=tuple(one for one in points if one.x),
        lines=(Line("trend", (1.0, float(count)), (line.start, line.end), 1),) if line and stands_out else (),
    )


def _cases(label: str, found: Sequence[tuple[int, float, float]], *, filled: bool) -> Points:
    return Points(
        label,
        tuple(float(n) for n, _, _ in found),
        tuple(value for _, value, _ in found),
        tuple(max(0.0, value - se) for _, value, se in found),
        tuple(min(100.0, value + se) for _, value, se in found),
        symbol="o",
        filled=filled,
    )


def _trend_words(line: Trend | None, count: int, *, again: bool) -> str:
    if line is None:
        return f"Not enough cases to say whether it rises: {count} of {LEAST_TREND}."
    told = (
        f"{line.slope:+.1f} ± {line.se:.1f} points for each ten cases (interval {line.low:+.1f} to {line.high:+.1f}, "
        f"widened since {len(MEASURES)} measures are looked at)."
    )
    verdict = {
        "rises": "It rises, by more than chance would explain.",
        "falls": "It falls, by more than chance would explain.",
        "no trend": "No trend that stands out from chance, so no line is drawn.",
    }[line.direction]
    known = " What a case played before is was known, which alone may lift it." if again else ""
    return f"{verdict} {told} That later cases may be harder or easier is not accounted for.{known}"


CLAIMS: Final[dict[str, tuple[str, Sequence[ClaimKind]]]] = {
    "forecast": ("Forecasts of the next visit", FORECAST_KINDS),
    "lead": ("Leading diagnosis", ("lead",)),
}
"""Which statements a calibration curve is of."""

_BIN_COLUMNS: Final = (
    Column("bin", "", "shares that were stated"),
    Column("share", "0-1", "mean of the stated shares"),
    Column("frequency", "0-1", "how many of them came true"),
    Column("low", "0-1", "lower end of its 95 % interval (Wilson), statements of one case counted as one"),
    Column("high", "0-1", "upper end of it"),
    Column("n", "statements", "statements"),
    Column("cases", "cases", "cases that they come from"),
)


def calibration_figure(runs: Sequence[Finished], which: str) -> Figure:
    """Return the calibration curve of some statements, from enough of them on."""
    title, kinds = CLAIMS[which]
    found = curve(runs, kinds)
    name, title = f"calibration-{which}", f"Calibration: {title[:1].lower()}{title[1:]}"
    if isinstance(found, int):
        words = f"Not enough statements to say: {found} of {LEAST_STATEMENTS}. Luck is part of each; none is scored."
        return Figure(name, title, (words,), _BIN_COLUMNS)
    percent = [
        Points(
            "stated and came true, whisker the 95 % interval",
            tuple(100.0 * b.share for b in found.bins),
            tuple(100.0 * b.frequency for b in found.bins),
            tuple(100.0 * b.low for b in found.bins),
            tuple(100.0 * b.high for b in found.bins),
            symbol="s",
            size=10.0,
        )
    ]
    rows = tuple(
        (f"about {_percent(b.share)}", b.share, b.frequency, b.low, b.high, b.count, b.cases) for b in found.bins
    )
    return Figure(
        id=name,
        title=title,
        words=_calibration_words(found, which),
        columns=_BIN_COLUMNS,
        rows=rows,
        x=Axis("stated, %", -2.0, 102.0),
        y=Axis("came true, %", -2.0, 102.0),
        points=tuple(percent),
        lines=(Line("calibrated: as often as stated", (0.0, 100.0), (0.0, 100.0), NEUTRAL, broken=True),),
    )


def _calibration_words(found: Curve, which: str) -> tuple[str, ...]:
    parts = found.parts
    words = [
        f"{found.count} statements from {enumerated(found.cases, 'case')}. Below the broken line it came less often "
        "than was stated. Intervals count the statements of one case as one, for they come true together; an interval "
        "that holds the line is no fault."
    ]
    if found.brier is None:
        words.append(f"Brier score: {ENOUGH}.")
    else:
        words.append(
            f"Brier score {_plain(found.brier, 3)} = reliability {parts.reliability:.3f} - resolution "
            f"{parts.resolution:.3f} + uncertainty {parts.uncertainty:.3f} (Murphy 1973; reliability looks worse than "
            "it is while statements are few)."
        )
    if which == "lead" and found.bias is not None:
        bias = found.bias
        told = f"{100 * bias.mean:+.0f} ± {100 * bias.se:.0f} percentage points"
        sure = "surer" if bias.low > 0 else "less sure" if bias.high < 0 else ""
        words.append(
            f"On the whole {sure} than right: {told}." if sure else f"No bias that stands out from chance: {told}."
        )
    return tuple(words)


def _plain(e: Estimate, digits: int) -> str:
    return f"{e.mean:.{digits}f} ± {e.se:.{digits}f}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def group_figure(
    runs: Sequence[Finished], measure: str, what: str, key: Callable[[Finished], str], meaning: str
) -> Figure:
    """Return a measure by disease, or by anything else that a finished case tells; in alphabetical order."""
    groups = [(one.name, one) for one in grouped(runs, key, measure)]
    words = ["In alphabetical order, which is no order of merit: most differences between few cases are chance."]
    if what == "disease" and not any(one.estimate for _, one in groups):
        words.append("By kind of disease there are more cases to each.")
    return _of_groups(f"{what}-{measure}", f"{name_of(measure)} by {what}", words, what, groups, meaning=meaning)


def loss_figure(runs: Sequence[Finished]) -> Figure:
    """Return which kinds of items take most from their dials."""
    named = [(f"{name_of(dial)}: {KINDS.get(kind, kind)}", one) for (dial, kind), one in lost(runs).items()]
    enough = [(name, one) for name, one in named if one.estimate is not None]
    few = [(name, one) for name, one in named if one.estimate is None]
    words = ["Points that a kind of item took from its dial, on average over the cases that asked for it."]
    if enough:
        words = [
            f"{words[0]} The most is at the top; neighbours whose whiskers overlap may well change places with the "
            "next cases."
        ]
    if few:
        words.append(f"Of {enumerated(len(few), 'kind')} there are not enough cases to say; they stand in the table.")
    most = max((max(one.values) for _, one in enough), default=0.0)
    axis = Axis("points lost of 100 of the dial", -0.02 * most, max(10.0, 1.05 * most))
    made = _of_groups("losses", "What costs most", words, "kind", enough, axis, "dial and kind of item")
    return replace(made, rows=(*made.rows, *((name, *_numbers(one)) for name, one in few)))


def what_to_do(runs: Sequence[Finished], counted: Sequence[Finished]) -> str:
    """Return what a learner without results may do, "" where there are some."""
    if counted:
        return ""
    if any(run.result is not None for run in runs):
        return "No result fits what is chosen above; choose another mode or policy."
    if runs:
        return "Finished cases have no score yet: choose Score now in the list of runs, or open a debrief."
    return "Nothing to show yet. Play a case to its end and open its debrief; what it was worth comes here."
