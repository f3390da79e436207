"""Acts are valued by the evidence alone, their regret splits, and the medicine of it is sane."""

import dataclasses

import numpy as np
import pytest

from trainer.course.future import Programs, Regimens, Rules, Treatment, carry
from trainer.course.history import follow
from trainer.course.planning import PlanRun
from trainer.knowledge.library import library
from trainer.knowledge.plan import Course, Plan, Step
from trainer.reasoning.outlook import Act, Outlook
from trainer.reasoning.regret import INDIFFERENCE
from trainer.reasoning.sample import COARSE, sample
from trainer.reasoning.schedule import regimens, schedule
from trainer.reasoning.value import OWN, Appraiser, Orders, regret_of

VALUE = library().policy("default").value
NOTHING = Plan(id="nothing", title="nothing", source="judgement")
COUNT = 48
HARMLESS_RULES = Rules(2.0, 0.0, 7, 0.0, 92.0, 80.0)


def course(give, dose=1.0, days=60, unit="1", day=0):
    return Course(give=give, day=day, steps=(Step(dose=dose, unit=unit, days=days),))


PREDNISOLONE = course("prednisolone", 40.0, 60, "mg")


@pytest.fixture(scope="module")
def appraiser(engine):
    return Appraiser(engine, VALUE)


@pytest.fixture(scope="module")
def present(engine):
    """Patients of a disease on day 0."""
    made = {}

    def on_day_0(disease, *requires, count=COUNT):
        key = (disease, requires, count)
        if key not in made:
            onset = engine.patients(disease, 7, 0, count, requires)
            made[key] = follow(engine.parameters, onset, NOTHING, engine.library.treatments, 0, {0}).snapshots[0]
        return made[key]

    return on_day_0


@pytest.fixture(scope="module")
def samples(engine, present):
    diseases = [d for d in engine.parameters.ids if d != "healthy"]
    return {d: drawn(present(d), 16, d) for d in diseases}


def drawn(state, count, disease, day=0):
    return sample(state.select, np.full(len(state), 1 / len(state)), count, disease, day)


def even(samples):
    return dict.fromkeys(samples, 1 / len(samples))


def certain(appraiser, state, disease):
    return appraiser.weigh({disease: drawn(state, len(state), disease)}, {disease: 1.0}, (), Orders(), 0)


def worth(values, disease=None):
    column = 0 if disease is None else values.diseases.index(disease)
    return dict(zip(values.acts, values.utility[:, column], strict=True))


# --- the futures are the engine's own


def test_a_future_under_a_plan_is_the_engines_course(engine, present):
    plan = engine.library.plans["prednisone-12w"]
    courses = tuple(c for c in plan.treatments if c.day is not None)
    state = present("cop").copy()
    onset = engine.patients("cop", 7, 0, COUNT)
    dated = plan.model_copy(update={"treatments": courses})
    days = 120
    theirs = follow(engine.parameters, onset, dated, engine.library.treatments, days, {days}).snapshots[days]
    now = regimens([schedule(courses, engine.library.treatments, 0, days)])
    none = Regimens.none(len(engine.parameters.ids), days)
    programs = Programs(now, np.array([days]), np.array([0]))
    carry(state, engine.parameters, np.zeros(COUNT, np.int64), programs, Treatment(none, none, none), HARMLESS_RULES, 0)
    assert state.tobytes() == theirs.tobytes()


def test_a_schedule_gives_what_a_plan_gives(engine):
    plan = engine.library.plans["germop-24w-prophylaxis"]
    courses = (*(c for c in plan.treatments if c.day is not None), PREDNISOLONE.model_copy(update={"day": 30}))
    weights = np.array([48.0, 70.0, 121.0])
    run = PlanRun(NOTHING.model_copy(update={"treatments": courses}), engine.library.treatments, weights)
    table = schedule(courses, engine.library.treatments, 0, 200)
    for day in range(200):
        ours = np.repeat(table.flat[day][None], 3, axis=0)
        ours[:, 0] += np.minimum(table.per_kg[day] * weights, table.most_mg[day])
        assert np.allclose(ours, run.drugs(day, {}))


def test_a_future_counted_by_chance_has_the_mean_of_those_lived(appraiser, present):
    """The same patients with many fresh keys: who dies by the key, on average, as the chance of it says."""
    state = present("bacterial")
    many = drawn(state, 1500, "bacterial")
    outlook = appraiser.outlook
    acts = [Act("observe", "observe", (), ())]
    by_chance, lived = (
        outlook.points(acts, {"bacterial": many}, (), 0, mortal=mortal)["bacterial"][0] for mortal in (False, True)
    )
    error = np.std(by_chance - lived) / np.sqrt(len(lived))
    print(f"by chance {by_chance.mean():.2f}, lived {lived.mean():.2f}; SD {by_chance.std():.1f} and {lived.std():.1f}")
    assert abs(by_chance.mean() - lived.mean()) < 3 * error
    assert by_chance.std() < 0.8 * lived.std()


# --- what is sampled


def test_the_weights_say_how_often_a_patient_comes(present):
    state = present("cop")
    weights = np.zeros(COUNT)
    weights[[3, 5, 9]] = 0.5, 0.3, 0.2
    found = sample(state.select, weights, 20, "cop", 0)
    assert np.bincount(found.source, minlength=10)[[3, 5, 9]].tolist() == [10, 6, 4]
    keys = found.state.patients["key"]
    assert len(set(keys.tolist())) == 20, "copies have futures of their own"
    first = np.searchsorted(found.source, [3, 5, 9])
    assert (keys[first] == state.patients["key"][[3, 5, 9]]).all(), "the first copy is the patient"


# --- invariants


def test_regret_splits_exactly_and_ties_are_right(appraiser, samples):
    values = appraiser.weigh(samples, even(samples), (), Orders(courses=(PREDNISOLONE,)), 0)
    for stated in ({"cop": 1.0}, {"fungal": 0.5, "other": 0.5}, {"bacterial": 0.3, "uip": 0.7}):
        judged = regret_of(values, stated)
        assert judged.regret.belief + judged.regret.act == pytest.approx(judged.regret.total, abs=1e-9)
        assert judged.regret.total >= 0.0 and judged.regret.belief >= 0.0
        assert judged.right == bool(values.right[values.own])


def test_the_score_follows_the_evidence_and_luck_the_patient(appraiser, samples, present):
    """Two patients with the same evidence: one has the believed disease and luck, the other neither."""
    own = Orders(courses=(PREDNISOLONE,))
    shares = even(samples)
    first, second = (appraiser.weigh(samples, shares, (), own, 0) for _ in range(2))
    assert (first.utility == second.utility).all() and first.expected.tolist() == second.expected.tolist()
    assert regret_of(first, {"cop": 1.0}) == regret_of(second, {"cop": 1.0})
    lucky, unlucky = (appraiser.in_truth(present(d).select(np.array([0])), (), own, 0)[OWN] for d in ("cop", "fungal"))
    print(f"luck {lucky - first.expected[first.own]:.1f} and {unlucky - first.expected[first.own]:.1f}")
    assert lucky - first.expected[first.own] > 0 > unlucky - first.expected[first.own]


PROPER_CYCLOPHOSPHAMIDE = {"afop"}
PROPER_MOULD = {"fungal"}


@pytest.mark.parametrize("base", [(), (PREDNISOLONE,)], ids=["observing", "on prednisolone"])
@pytest.mark.parametrize(
    ("harmful", "proper"),
    [
        (course("cyclophosphamide"), PROPER_CYCLOPHOSPHAMIDE),
        (course("liposomal-amphotericin-b", days=14), PROPER_MOULD),
    ],
    ids=["cyclophosphamide", "amphotericin"],
)
def test_a_harmful_drug_never_pays(appraiser, samples, base, harmful, proper):
    without = appraiser.weigh(samples, even(samples), (), Orders(courses=base), 0)
    with_it = appraiser.weigh(samples, even(samples), (), Orders(courses=(*base, harmful)), 0)
    gain = with_it.utility[with_it.own] - without.utility[without.own]
    for disease, change in zip(with_it.diseases, gain, strict=True):
        assert disease in proper or change < 0, (disease, change)


def test_a_biopsy_that_changes_nothing_never_pays(appraiser, samples):
    """Where the drug that is given is the right one, to know it sooner is worth less than an operation."""
    right = ("cop", "op-postinfectious", "op-radiotherapy", "eosinophilic", "op-rheumatoid")
    own = Orders(courses=(PREDNISOLONE,))
    more = dataclasses.replace(own, tests=("surgical-biopsy",))
    chosen = {d: samples[d] for d in right}
    without, with_it = (appraiser.weigh(chosen, even(chosen), (), o, 0) for o in (own, more))
    assert (with_it.utility[with_it.own] < without.utility[without.own]).all()


def test_a_test_that_was_answered_is_worth_nothing_more(appraiser, present):
    state = present("fungal")
    asked = Orders(tests=("bronchoscopy-lavage",))
    new, again = (
        appraiser.weigh({"fungal": drawn(state, 24, "fungal")}, {"fungal": 1.0}, (), orders, 0)
        for orders in (asked, dataclasses.replace(asked, answered={"bronchoscopy-lavage"}))
    )
    assert "bronchoscopy" in new.acts and "bronchoscopy" not in again.acts
    assert new.utility[new.own] > again.utility[again.own] + INDIFFERENCE
    assert again.utility[again.own] < worth(again)["observe"]


def test_who_runs_a_taper_goes_on_with_it(engine, appraiser, present):
    """The right steroid begun today is tapered on when the disease is known, not begun anew."""
    state = drawn(present("cop", "crp_mg_l >= 100"), 8, "cop").state
    outlook = Outlook(engine, VALUE)
    courses = VALUE.regimens["steroid-24w"].courses
    full = schedule(courses, engine.library.treatments, 0, outlook.horizon)
    planned = full.flat[:, 0] + np.minimum(full.per_kg * 70.0, full.most_mg)
    values = appraiser.in_truth(state.select(np.array([0])), (), Orders(courses=courses), 0)
    assert values[OWN] == pytest.approx(values["steroid"])
    assert full.begun(28) == 0 and planned[0] > planned[28] > planned[56]
    taken = state.select(np.array([0]))
    now = regimens([full])
    none = Regimens.none(len(engine.parameters.ids), outlook.horizon)
    known = np.array([28])
    cut = Regimens(
        *(np.where(np.arange(outlook.horizon)[(None, slice(None), None)[: t.ndim]] < 28, t, 0.0) for t in now.table)
    )
    rows = [
        schedule(courses if d == "cop" else (), engine.library.treatments, 0, outlook.horizon)
        for d in engine.parameters.ids
    ]
    carry(
        taken,
        engine.parameters,
        np.zeros(1, np.int64),
        Programs(cut, known, np.array([0])),
        Treatment(none, regimens(rows), none),
        HARMLESS_RULES,
        0,
    )
    weight = float(taken.patients["weight_kg"][0])
    whole = (full.flat[:, 0] + np.minimum(full.per_kg * weight, full.most_mg)).sum()
    assert float(taken.patients["taken_mg"][0]) == pytest.approx(whole, rel=1e-4)


# --- the medicine


def test_the_table_is_sane(appraiser, samples):
    values = appraiser.weigh(samples, even(samples), (), Orders(), 0)
    print("\n" + " " * 17 + " ".join(f"{d[:10]:>10}" for d in values.diseases))
    for act, row in zip(values.acts, values.utility, strict=True):
        print(f"{act:<17}" + " ".join(f"{u:10.1f}" for u in row))
    assert ((values.utility >= 0) & (values.utility <= 100)).all()
    fungal, bacterial, uip, afop = (worth(values, d) for d in ("fungal", "bacterial", "uip", "afop"))
    assert fungal["antifungal"] > fungal["steroid"] + 40, "steroids kill where a mould grows"
    assert fungal["steroid"] < fungal["observe"]
    assert fungal["bronchoscopy"] > fungal["observe"] + INDIFFERENCE
    assert bacterial["antibiotic"] > bacterial["observe"] + INDIFFERENCE > bacterial["steroid"]
    assert uip["steroid"] < uip["observe"]
    assert afop["steroid"] > afop["observe"] + INDIFFERENCE
    tuberculosis, infarct, tumour = (worth(values, d) for d in ("tuberculosis", "infarct", "adenocarcinoma"))
    assert tuberculosis["steroid"] < tuberculosis["observe"] < tuberculosis["antituberculous"]
    assert infarct["angiogram"] > infarct["observe"] + INDIFFERENCE
    assert tumour["bronchoscopy"] > tumour["observe"] > tumour["steroid"]
    gain = {d: worth(values, d)["withdraw"] - worth(values, d)["observe"] for d in values.diseases}
    print({d: round(g, 1) for d, g in gain.items()})
    culprit = ("op-amiodarone", "op-nitrofurantoin", "op-aspiration", "hypersensitivity")
    assert all((g > 0) == (d in culprit) for d, g in gain.items())
    for disease in culprit[:2]:
        assert worth(values, disease)["withdraw-steroid"] > worth(values, disease)["steroid"]


def test_steroids_beat_observing_in_a_sick_patient(appraiser, present):
    values = certain(appraiser, present("cop", "crp_mg_l >= 100"), "cop")
    gain = worth(values)["steroid"] - worth(values)["observe"]
    print(f"CRP of 100 mg/L or more: steroid {worth(values)['steroid']:.1f}, observe {worth(values)['observe']:.1f}")
    assert gain > INDIFFERENCE


def test_a_mild_illness_may_be_watched(appraiser, present):
    values = certain(appraiser, present("cop", "crp_mg_l < 20"), "cop")
    print({a: round(u, 1) for a, u in worth(values).items()})
    assert values.right[values.acts.index("observe")]
    assert not values.right[values.acts.index("surgical-biopsy")]


def test_stopping_a_steroid_is_on_the_table_while_one_is_taken(appraiser, present):
    running = (course("prednisolone", 40.0, 90, "mg"),)
    state = present("fungal")
    values = appraiser.weigh({"fungal": drawn(state, 24, "fungal")}, {"fungal": 1.0}, running, Orders(running), 1)
    assert worth(values)["stop-steroid"] > worth(values)["observe"]
    assert worth(values)[OWN] == pytest.approx(worth(values)["observe"])
    bare = appraiser.weigh({"fungal": drawn(state, 8, "fungal")}, {"fungal": 1.0}, (), Orders(), 1)
    assert "stop-steroid" not in bare.acts


# --- through the observer's interface


class Store:
    """Imagined patients of one day."""

    def __init__(self, states):
        self.states = states

    def select(self, disease, courses, day, particles):
        assert all(c.day < day for c in courses)
        return self.states[disease].select(particles)


@dataclasses.dataclass
class Belief:
    shares: dict
    weights: dict


def test_values_through_a_posterior(appraiser, present):
    diseases = ("cop", "bacterial", "fungal")
    store = Store({d: present(d) for d in diseases})
    belief = Belief(dict(zip(diseases, (0.9, 0.1, 0.0), strict=True)), {d: np.full(COUNT, 1 / COUNT) for d in diseases})
    own = Orders(courses=(PREDNISOLONE,))
    values = appraiser.values(store, belief, (PREDNISOLONE,), own, 0, COARSE, {"fungal": 0.5})
    assert values.diseases == diseases and values.acts[-1] == OWN
    assert values.expected == pytest.approx(values.utility @ [0.9, 0.1, 0.0])
    assert values.standard_error[np.argmax(values.expected)] == 0.0
    again = appraiser.values(store, belief, (PREDNISOLONE,), own, 0, COARSE, {"fungal": 0.5})
    assert (again.utility == values.utility).all()
