"""Results made by hand: runs and scores in a database, without a simulation."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import numpy as np
from sqlalchemy import insert

from trainer import __version__
from trainer.encounter.performance import Claim, Performance
from trainer.knowledge.marking import DIALS
from trainer.reasoning.dial import DialReading, ScoreSheet
from trainer.reasoning.gate import Gate
from trainer.reasoning.item import Item
from trainer.records import table
from trainer.records.result import note_result

BEGIN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
CASES = (
    ("wandering-shadows", "cop"), ("the-tailor", "op-radiotherapy"), ("the-allotment", "bacterial"),
    ("the-night-shift", "eosinophilic"), ("two-tickets", "cop"), ("the-side-room", "fungal"),
    ("third-floor", "op-antisynthetase"), ("three-courses", "adenocarcinoma"), ("the-pill-box", "op-amiodarone"),
    ("the-choir-singer", "cop"), ("temperature-diary", "cop"), ("the-churchyard-path", "uip-exacerbation"),
)  # fmt: skip


def add_run(records, learner, name, case="wandering-shadows", at=0, over=True, mode="tutor", **other):
    """Put a run without events into the table; return its identifier."""
    when = BEGIN + timedelta(days=at)
    row = {
        "id": str(uuid4()), "learner_id": learner.id, "name": name, "case_id": case, "case_version": 1, "seed": at + 1,
        "engine": __version__, "mode": mode, "policy": "default", "time_factor": 1.0, "format": 2, "day": 90,
        "over": over, "made_at": when, "played_at": when,
    }  # fmt: skip
    with records.begin() as connection:
        connection.execute(insert(table.run).values(**(row | other)))
    return (row | other)["id"]


def item(name, dial, points, most=1.0):
    return Item(name, dial, name, points, most, 0, 1, "For a reason.", "judgement")


def performance(values=None, overall=70.0, failed=0, claims=(), disease="cop", items=(), **other):
    """Return a performance with some dials, standard error 6."""
    dials = {name: DialReading(value, 6.0) for name, value in (values or {"perception": 64.0}).items()}
    gates = tuple(Gate(f"gate-{n}", "A gate", True, "Failed.", 0, 1) for n in range(failed))
    plain = {"policy": "default", "engine": __version__, "difficulty": "intermediate"} | other
    return Performance(ScoreSheet(overall, dials, gates, tuple(items)), disease=disease, claims=tuple(claims), **plain)


def month(records, learner, count, begin=0):
    """Play so many cases: a learner who gets better at reading the CT and is overconfident."""
    draw = np.random.default_rng(7)
    for at in range(begin, begin + count):
        case, disease = CASES[at % len(CASES)]
        name = f"{case}-{at + 1}-1"
        add_run(records, learner, name, case, at, mode="exam" if at % 3 == 2 else "tutor")
        level = {dial: 60.0 + 5.0 * place for place, dial in enumerate(DIALS)}
        level["perception"] += 0.9 * at - 20.0
        values = {d: float(np.clip(v + draw.normal(0, 9), 0, 100)) for d, v in level.items() if draw.random() > 0.1}
        claims = []
        for event in (8, 16, 24):
            shares = draw.dirichlet((2.0, 1.5, 1.0)).round(2)
            came = draw.choice(3, p=0.5 * shares / shares.sum() + 0.5 / 3)
            kinds = zip(("better", "same", "worse"), shares, strict=True)
            claims += [Claim(event, kind, float(share), came == k) for k, (kind, share) in enumerate(kinds)]
            claims.append(Claim(event, "relapse", 0.1, bool(draw.random() < 0.15)))
            lead = round(float(draw.uniform(0.4, 1.0)) * 20) / 20
            claims.append(Claim(event + 1, "lead", lead, bool(draw.random() < lead - 0.15)))
        items = []
        for dial, kinds in (
            ("perception", ("signs", "zones", "marks")), ("response", ("trend", "changes")), ("diagnosis", ("belief",)),
            ("evidence", ("evidence",)), ("management", ("decision", "key")), ("economy", ("economy-cost",)),
        ):  # fmt: skip
            items += [item(f"{kind}-{n}", dial, float(draw.uniform(0.2, 1.0))) for kind in kinds for n in (0, 28)]
        made = performance(
            values, float(np.clip(np.mean(list(values.values())) - 3, 0, 100)), int(draw.random() < 0.15), claims,
            disease, items, difficulty=("introductory", "intermediate", "advanced")[at % 3],
        )  # fmt: skip
        note_result(records, learner.id, name, made, BEGIN + timedelta(days=at, hours=1))
