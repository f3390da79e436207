"""Reports made by hand: a usual one, the least and the longest that there can be."""

from dataclasses import fields, is_dataclass, replace
from datetime import date
from io import BytesIO

from PIL import Image

from trainer.records.report.value import (
    Bar,
    BeliefLine,
    Chain,
    DialLine,
    Fact,
    GateLine,
    NextCard,
    RegretStep,
    Report,
    Thumbnail,
    Timeline,
)


def _png(grey):
    stream = BytesIO()
    Image.new("L", (380, 332), grey).save(stream, "PNG")
    return stream.getvalue()


PRIOR = Thumbnail("Prior CT, day 0", "SIMULATED. Prior CT, day 0: axial slice.", _png(60))
CURRENT = Thumbnail("Current CT, day 28", "SIMULATED. Current CT, day 28: axial slice.", _png(160))
STEP = RegretStep(
    day=28, title="Three weeks on", total=13.5, belief=9.25, act=4.25, standard_error=1.1, reach=40.0,
    equally_right=False, chosen="Moxifloxacin and a visit on day 91", best="Prednisolone, a full course",
    stated="Bacterial pneumonia 60 %", observer="Cryptogenic organizing pneumonia 90 %", luck=-4.2,
    pictures=(PRIOR, CURRENT),
)  # fmt: skip
TIMELINE = Timeline(
    last_day=91,
    visits=(0, 7, 28, 91),
    scans=(0, 28),
    invasive=(7,),
    alarms=(28,),
    death_day=None,
    dose_mg=(0.0,) * 28 + (40.0,) * 28 + (20.0,) * 36,
    bars=(Bar("Moxifloxacin", 0, 7),),
    more_bars=0,
    belief_days=(0, 7, 28, 91),
    beliefs=(
        BeliefLine("Bacterial pneumonia", (0.6, 0.6, None, 0.0), (0.3, 0.2, 0.05, 0.01)),
        BeliefLine("Cryptogenic organizing pneumonia", (0.4, 0.4, None, 1.0), (0.6, 0.7, 0.9, 0.97)),
        BeliefLine("All others", (0.0, 0.0, None, 0.0), (0.1, 0.1, 0.05, 0.02)),
    ),
)
NAMES = ("Perception", "Response", "Diagnosis", "Calibration", "Evidence", "Management", "Safety", "Economy")
DIALS = (
    *(
        DialLine(name, f"what {name.lower()} is about", 90.0 - 10 * n, 3.0 + n, "Zones of the CT, day 0" if n else "")
        for n, name in enumerate(NAMES[:-1])
    ),
    DialLine("Economy", "what economy is about", None, None),
)
USUAL = Report(
    title="The wandering shadows",
    facts=(
        Fact("Learner", "reef-7"),
        Fact("Case", "wandering-shadows, version 1"),
        Fact("Patient", "seed 3: a woman of 65 years"),
        Fact("Mode", "examination"),
        Fact("Time", "22 of 25 min"),
        Fact("Course", "91 days, 4 visits; the case was closed"),
        Fact("Engine", "Atoll 0.4.0"),
        Fact("Last saved", "20 November 2026"),
    ),
    policy="Atoll's own policy",
    policy_words="Prophylaxis against Pneumocystis from 20 mg of prednisolone for four weeks on.",
    overall=40.0,
    weights={"perception": 0.12, "diagnosis": 0.16},
    cap=40.0,
    dials=DIALS,
    gates=(
        GateLine("Steroid ended at once", True, 84, "From 40 mg to nothing."),
        GateLine("Prophylaxis against Pneumocystis", False, 91, ""),
    ),
    failed_gates=1,
    passed_gates=1,
    chain=Chain("0123456789abcdef" * 4, 81),
    disease="Cryptogenic organizing pneumonia",
    ending="Alive on day 456, FVC 90 % of predicted.",
    timeline=TIMELINE,
    steps=(
        STEP,
        replace(STEP, day=7, title="The results are back", pictures=(PRIOR,)),
        replace(STEP, day=0, luck=None),
    ),
    weighed=4,
    next_cards=(NextCard(date(2026, 11, 24), "The wandering shadows, First contact: a decision in a new patient"),),
    more_cards=3,
)
LEAST = replace(
    USUAL,
    facts=USUAL.facts[:1],
    weights={},
    cap=None,
    overall=0.0,
    dials=tuple(DialLine(name, "", None, None) for name in NAMES),
    gates=(),
    failed_gates=0,
    passed_gates=0,
    chain=Chain("0" * 64, 2),
    timeline=Timeline(0, (0,), (), (), (), None, (0.0,), (), 0, (0,), (BeliefLine("All others", (None,), (1.0,)),)),
    steps=(),
    weighed=0,
    next_cards=(),
    more_cards=0,
)


def words(most):
    """Return a text of words of all lengths, so long that it is cut nowhere."""
    text = "Bronchoalveolar lavage with cells, then a transbronchial biopsy of what is left of it in WIDE LETTERS " * 9
    return text[:most].strip()


DAYS = 730
LONGEST = replace(
    USUAL,
    title=words(70),
    facts=tuple(Fact("Went back", words(90)) for _ in range(10)),
    policy=words(80),
    policy_words=words(420),
    weights={name.lower(): 0.125 for name in NAMES},
    dials=tuple(DialLine(name, "orders, and choices on what could be known", 0.4, 33.0, words(54)) for name in NAMES),
    gates=tuple(GateLine(words(80), True, 700, words(260)) for _ in range(10)),
    failed_gates=10,
    passed_gates=12,
    chain=Chain("f" * 64, 2000),
    disease=words(90),
    ending=words(420),
    timeline=Timeline(
        last_day=DAYS,
        visits=tuple(range(DAYS + 1)),
        scans=tuple(range(DAYS + 1)),
        invasive=tuple(range(0, DAYS, 2)),
        alarms=tuple(range(0, DAYS, 3)),
        death_day=DAYS,
        dose_mg=tuple(500.0 if day % 9 == 0 else 13.0 + day % 7 for day in range(DAYS + 1)),
        bars=tuple(Bar(words(40), day, DAYS) for day in range(5)),
        more_bars=30,
        belief_days=tuple(range(DAYS + 1)),
        beliefs=tuple(
            BeliefLine(words(60), tuple(0.05 * (day % 20) for day in range(DAYS + 1)), (0.123456,) * (DAYS + 1))
            for _ in range(5)
        ),
    ),
    steps=tuple(
        replace(
            STEP, title=words(60), chosen=words(170), best=f"A {words(168)}", stated=words(104), observer=words(104)
        )
        for _ in range(3)
    ),
    weighed=700,
    next_cards=tuple(NextCard(date(2026, 12, 28), words(90)) for _ in range(4)),
    more_cards=900,
)


def with_every_text(value, change):
    """Return a value with every text in it changed, but for what is no free text."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, tuple):
        return tuple(with_every_text(one, change) for one in value)
    if is_dataclass(value) and not isinstance(value, Chain):
        return replace(value, **{one.name: with_every_text(getattr(value, one.name), change) for one in fields(value)})
    return value
