"""The observer: exact where it says so, right in direction, and calibrated."""

import math

import numpy as np
import pytest

from tests.reasoning.learner import ANTIBIOTIC, LATER, STEROID, learners
from trainer.course.history import follow
from trainer.course.result import for_disease
from trainer.knowledge.library import library
from trainer.knowledge.plan import Course, Plan, Step
from trainer.knowledge.policy import DEFAULT
from trainer.reasoning.ctread import CHANGE, STILL
from trainer.reasoning.imagined import COUNT, Imagined
from trainer.reasoning.likelihood import effective_size, tempered
from trainer.reasoning.observer import LEAST_EFFECTIVE, Evidence, Observer, Scan, Seen, Told
from trainer.reasoning.probability import calibration

FEW = 300
PRIOR = library().policies[DEFAULT].case_mix
MAN = Told("M", 58.0)
PICTURE = ("consolidation", "ground-glass-opacity", "bilateral-opacities", "peripheral-distribution")


@pytest.fixture(scope="module")
def imagined(engine):
    return Imagined(engine, FEW)


@pytest.fixture(scope="module")
def observer(engine, imagined):
    return Observer(engine, PRIOR, imagined)


def scan(*names, day=0, before=None, changes=()):
    change = None if before is None else np.array([name in changes for name in CHANGE])
    return Scan(day, np.array([name in names for name in STILL]), before, change)


def report_of(finding):
    reports = (r for test in library().tests.values() for r in test.reports)
    return next(report for report in reports if report.finding == finding)


def organizing(posterior):
    return sum(posterior.shares[d] for d in posterior.shares if library().diseases[d].group == "organizing-pneumonia")


def log_odds(posterior):
    share = organizing(posterior)
    return math.log(share / (1.0 - share))


# the imagined patients


def test_a_day_reached_in_steps_is_the_day_reached_at_once(engine, imagined):
    fresh = Imagined(engine, 40)
    at_once = fresh.state(STEROID, 21).tobytes()
    stepped = Imagined(engine, 40)
    for day in (3, 10, 11):
        stepped.view(STEROID, day)
    assert stepped.state(STEROID, 21).tobytes() == at_once


def test_diseases_alike_are_imagined_of_the_same_keys(imagined):
    key = imagined.state((), 0).patients["key"]
    assert (key[imagined.rows("cop")] == key[imagined.rows("op-rheumatoid")]).mean() > 0.5


def test_it_is_the_engine_that_carries_them(engine):
    """From onset to the day under the same plan, `follow` and the observer arrive at the same state."""
    from trainer.core.chance import keys_of
    from trainer.course.beginning import present

    few = Imagined(engine, 20)
    key = few.state((), 0).patients["key"][few.rows("cop")]
    onset = present(engine.parameters, np.full(20, engine.parameters.row("cop")), keys_of("imagined", 0x0B5E, count=20))
    assert (onset.patients["key"] == key).all()
    plan = Plan(id="x", title="x", source="judgement", treatments=STEROID)
    history = follow(engine.parameters, onset, plan, engine.library.treatments, 30, {30})
    ours = few.select("cop", STEROID, 30, np.arange(20))
    assert ours.tobytes() == history.snapshots[30].tobytes()
    assert (few.features("cop", STEROID, 30).relapses == history.from_day("relapsing", 0).sum(axis=1)).all()


def test_only_what_began_before_the_day_matters(engine):
    few = Imagined(engine, 20)
    later = Course(give="prednisolone", day=10, steps=(Step(dose=20.0, days=5),))
    assert few.view(ANTIBIOTIC, 7) is few.view((*ANTIBIOTIC, later), 7)
    assert few.view((later, *ANTIBIOTIC), 14) is few.view((*ANTIBIOTIC, later), 14)
    assert few.state((*ANTIBIOTIC, later), 14).tobytes() != few.state(ANTIBIOTIC, 14).tobytes()


def test_selecting_repeats_patients_and_changes_nothing(imagined):
    chosen = imagined.select("fungal", (), 0, np.array([3, 3, 7]))
    chosen.patients["age_years"] = 0.0
    rows = imagined.rows("fungal")
    assert len(chosen) == 3
    assert (imagined.state((), 0).patients["age_years"][rows] > 0).all()


# exactness


def test_without_evidence_it_is_the_prior_times_age_and_sex(observer):
    women = observer.posterior(Evidence(Told("F", 60.0))).shares
    men = observer.posterior(Evidence(Told("M", 60.0))).shares
    assert math.isclose(sum(women.values()), 1.0)
    assert women["op-radiotherapy"] > 10 * men["op-radiotherapy"]
    assert women["op-amiodarone"] < men["op-amiodarone"]


def test_a_finding_of_the_disease_alone_moves_the_odds_by_its_likelihood_ratio(observer):
    report = report_of("amiodarone-use")
    before = observer.posterior(Evidence(MAN, scans=(scan(*PICTURE),)))
    after = observer.posterior(Evidence(MAN, (Seen(0, report, True),), (scan(*PICTURE),)))
    p, q = report.probability["op-amiodarone"].value, report.probability["otherwise"].value
    moved = after.shares["op-amiodarone"] / after.shares["cop"] * before.shares["cop"] / before.shares["op-amiodarone"]
    assert math.isclose(moved, p / q, rel_tol=1e-6)
    assert after.evidence["amiodarone-use"]["op-amiodarone"] > 1.0
    assert after.present["amiodarone-use"] is True


def test_a_finding_counts_once_however_often_it_is_asked(observer):
    report, crp = report_of("severe-immunosuppression"), report_of("c-reactive-protein")
    once = observer.posterior(Evidence(MAN, (Seen(0, report, True), Seen(0, crp, 80.0))))
    twice = (
        Seen(0, report, True),
        Seen(0, crp, 80.0),
        Seen(0, report, True),
        Seen(0, crp, 80.0),
        Seen(3, report, True),
    )
    assert observer.posterior(Evidence(MAN, twice)).shares == pytest.approx(once.shares)


def test_a_disease_that_the_prior_leaves_out_is_not_thought_of(engine, imagined):
    two = Observer(engine, {"cop": 0.5, "bacterial": 0.5}, imagined)
    shares = two.posterior(Evidence(MAN, scans=(scan(*PICTURE),))).shares
    assert math.isclose(shares["cop"] + shares["bacterial"], 1.0)


def test_weights_sum_to_one_and_flattening_leaves_enough(observer):
    posterior = observer.posterior(Evidence(Told("M", 58.0, {"symptom_weeks": 6.0}), scans=(scan(*PICTURE),)))
    for weights in posterior.weights.values():
        assert weights.shape == (FEW,)
        assert math.isclose(weights.sum(), 1.0)
        assert effective_size(weights) > 0.9 * LEAST_EFFECTIVE
    assert min(posterior.effective.values()) < LEAST_EFFECTIVE  # else nothing here was flattened


def test_nothing_is_flattened_while_enough_remain():
    logs = np.log(np.random.default_rng(3).random((2, 400)))
    np.testing.assert_allclose(tempered(logs, 20.0), np.exp(logs) / np.exp(logs).sum(axis=1, keepdims=True))
    assert effective_size(tempered(20.0 * logs, 100.0)).min() >= 100.0


def test_whoever_has_died_is_no_more_imagined_in_the_place_of_the_living(observer, imagined):
    seen = tuple(Seen(day, report_of("c-reactive-protein"), 90.0) for day in (0, 30, 60))
    here = observer.posterior(Evidence(MAN, seen, (scan("mass", "halo-sign"),), day=60))
    gone = observer.posterior(Evidence(MAN, seen[:1], (scan("mass", "halo-sign"),), day=60, alive=False))
    alive = imagined.features("fungal", (), 60).alive
    assert 0 < alive.sum() < 0.7 * FEW
    assert here.weights["fungal"][~alive].sum() == 0.0
    assert gone.weights["fungal"][alive].sum() == 0.0
    first = observer.posterior(Evidence(MAN, seen[:1], (scan("mass", "halo-sign"),)))
    assert here.shares["fungal"] < first.shares["fungal"] < gone.shares["fungal"]
    with pytest.raises(ValueError, match="dead"):
        observer.forecast(Evidence(MAN, day=60, alive=False), 70)


def test_quantities_are_likelier_where_patients_have_them(observer):
    seen = (Seen(0, report_of("eosinophil-count"), 3.0),)
    shares = observer.posterior(Evidence(MAN, seen, (scan(*PICTURE),))).shares
    assert shares["eosinophilic"] > 0.8


# direction


def beside(observer, courses, changes, told, picture=PICTURE, left=None, seen=()):
    """Return the posterior before, and after a scan on day 14 with these changes; the picture stays or is ``left``."""
    first = Evidence(told, seen, (scan(*picture),), courses)
    later = scan(*(picture if left is None else left), day=14, before=0, changes=changes)
    both = Evidence(told, seen, (first.scans[0], later), courses, 14)
    return observer.posterior(first), observer.posterior(both)


def test_failure_of_an_antibiotic_raises_organizing_pneumonia_and_its_success_lowers_it(observer):
    told = Told("M", 58.0, {"fever": 1.0})
    before, failed = beside(observer, ANTIBIOTIC, (), told)
    _, worked = beside(observer, ANTIBIOTIC, ("opacities-smaller", "opacities-mostly-cleared"), told)
    print(f"\nantibiotic failed {log_odds(failed) - log_odds(before):+.2f}, ", end="")
    print(f"worked {log_odds(worked) - log_odds(before):+.2f} in the log odds of organizing pneumonia")
    assert log_odds(failed) > log_odds(before) + 0.2
    assert log_odds(worked) < log_odds(before) - 1.0
    assert failed.present["no-response-to-antibiotics"] is True
    assert failed.evidence["no-response-to-antibiotics"]["bacterial"] < -0.5
    assert worked.present["no-response-to-antibiotics"] is False


def test_migration_raises_organizing_pneumonia(observer):
    before, moved = beside(observer, (), ("opacity-gone", "new-opacity"), MAN)
    _, stayed = beside(observer, (), (), MAN)
    gain = log_odds(moved) - log_odds(before)
    print(f"\nmigration {gain:+.2f}, none {log_odds(stayed) - log_odds(before):+.2f} in the log odds")
    assert gain > 0.5
    assert log_odds(moved) > log_odds(stayed) + 1.0
    assert moved.evidence["migration"]["cop"] > 0.5
    assert moved.present["migration"]
    assert not stayed.present["migration"]


def test_a_response_to_steroids_raises_organizing_pneumonia(observer):
    """Against what does not respond; eosinophilic pneumonia responds better still, so its count is known normal."""
    told = Told("M", 58.0, {"symptom_weeks": 12.0})
    picture = ("consolidation", "ground-glass-opacity", "bilateral-opacities", "lower-zone-predominance")
    normal = (Seen(0, report_of("eosinophil-count"), 0.15),)
    cleared = ("opacities-smaller", "opacities-mostly-cleared")
    before, better = beside(observer, STEROID, cleared, told, picture, ("ground-glass-opacity",), normal)
    _, none = beside(observer, STEROID, (), told, picture, seen=normal)
    gain = log_odds(better) - log_odds(before)
    print(f"\nsteroid response {gain:+.2f}, none {log_odds(none) - log_odds(before):+.2f} in the log odds")
    assert gain > 0.5
    assert log_odds(none) < log_odds(before) - 0.5
    assert better.evidence["steroid-response"]["cop"] > 0.0 > better.evidence["steroid-response"]["uip"]


def test_without_treatment_getting_better_is_spontaneous(observer):
    _, better = beside(observer, (), ("opacities-smaller",), MAN)
    assert better.present["spontaneous-improvement"]
    assert "steroid-response" not in better.evidence


def test_without_a_second_scan_a_fall_of_crp_tells_of_the_answer(observer):
    crp = report_of("c-reactive-protein")
    seen = (Seen(0, crp, 120.0), Seen(14, crp, 10.0))
    fell = observer.posterior(Evidence(MAN, seen, (scan(*PICTURE),), STEROID, 14))
    assert fell.present["steroid-response"]
    seen = (Seen(0, crp, 120.0), Seen(14, crp, 110.0))
    stayed = observer.posterior(Evidence(MAN, seen, (scan(*PICTURE),), ANTIBIOTIC, 14))
    assert stayed.present["no-response-to-antibiotics"]
    assert log_odds(stayed) > log_odds(observer.posterior(Evidence(MAN, seen[:1], (scan(*PICTURE),), ANTIBIOTIC, 14)))


def test_a_reversed_halo_raises_organizing_pneumonia_without_closing_the_case(observer):
    picture = ("consolidation", "ground-glass-opacity", "bilateral-opacities")
    immune = report_of("severe-immunosuppression")

    def believed(*more, weak):
        return observer.posterior(Evidence(MAN, (Seen(0, immune, weak),), (scan(*picture, *more),)))

    plain, ring = believed(weak=False), believed("reversed-halo", weak=False)
    print(f"\nreversed halo {log_odds(ring) - log_odds(plain):+.2f} in the log odds")
    assert log_odds(ring) > log_odds(plain) + 0.3
    weak_plain, weak_ring = believed(weak=True), believed("reversed-halo", weak=True)
    shares = [p.shares["fungal"] for p in (ring, weak_plain, weak_ring)]
    print("fungal share: sound {:.3f}; neutropenic without {:.3f} and with the halo {:.3f}".format(*shares))
    assert weak_ring.shares["fungal"] > 0.5 * weak_plain.shares["fungal"]
    assert weak_ring.shares["fungal"] > 0.03 > ring.shares["fungal"]
    assert organizing(weak_ring) < 0.9
    thick = believed("reversed-halo", "thick-rim", weak=True)
    assert thick.shares["fungal"] > 2 * weak_ring.shares["fungal"]


# forecast


def test_a_forecast_says_what_becomes_of_the_imagined_patients(observer):
    told = Told("M", 58.0, {"symptom_weeks": 6.0})
    treated = observer.forecast(Evidence(told, scans=(scan(*PICTURE),), courses=STEROID), 28)
    untreated = observer.forecast(Evidence(told, scans=(scan(*PICTURE),)), 28)
    for one in (treated, untreated):
        assert math.isclose(one.better + one.same + one.worse, 1.0, abs_tol=1e-9)
        assert 0.0 <= one.relapse <= 1.0
    assert treated.better > untreated.better
    short = (Course(give="prednisolone", day=0, steps=(Step(dose=40.0, days=14),)),)
    after = observer.posterior(Evidence(told, scans=(scan(*PICTURE),), courses=short, day=14))
    evidence = Evidence(told, scans=(scan(*PICTURE),), courses=short, day=14)
    assert observer.forecast(evidence, 120, after).relapse > 0.1 > observer.forecast(evidence, 15, after).relapse


def test_an_observer_asked_twice_says_the_same(engine, observer, imagined):
    evidence = Evidence(MAN, scans=(scan(*PICTURE),), courses=ANTIBIOTIC, day=9)
    first = observer.posterior(evidence)
    other = Observer(engine, PRIOR, Imagined(engine, FEW)).posterior(evidence)
    assert first.shares == other.shares
    assert first.evidence == other.evidence


# calibration


def naive(evidence, imagined):
    """Return shares from a count: each finding of CT or history that is as usual in a disease doubles its odds."""
    view = imagined.view((), 0)
    usual = np.array([view.still[imagined.rows(d)].mean(axis=0) >= 0.5 for d in imagined.diseases])
    agree = (usual == evidence.scans[0].still).sum(axis=1)
    known = [library().diseases[d] for d in imagined.diseases]
    for one in evidence.seen:
        if isinstance(one.value, bool):
            often = np.array([for_disease(one.report.probability, d).value >= 0.5 for d in known])
            agree += often == one.value
    odds = np.array([PRIOR[d] for d in imagined.diseases]) * 2.0**agree
    return odds / odds.sum()


def measured(observer, patients):
    """Print and return how far shares are from frequencies, and the Brier scores, on the first and the later day."""
    names = observer.diseases
    figures = {}
    for when, day in enumerate((0, LATER)):
        seen = [(p.disease, p.evidence[when]) for p in patients if len(p.evidence) > when]
        truth = np.array([names.index(disease) for disease, _ in seen])
        stated = [observer.posterior(e).shares for _, e in seen]
        shares = np.array([[one[d] for d in names] for one in stated])
        is_it = np.eye(len(names))[truth] > 0
        deciles = np.minimum((shares * 10).astype(int), 9)

        def distance(values, hits, group):
            gaps = [
                (group == g).mean() * abs(values[group == g].mean() - hits[group == g].mean()) for g in np.unique(group)
            ]
            return float(sum(gaps))

        top = shares.max(axis=1)
        hit = shares.argmax(axis=1) == truth
        first = np.minimum((top * 10).astype(int), 9)
        murphy = calibration((deciles.ravel() + 0.5) / 10, is_it.ravel())

        def brier(given, is_it=is_it):
            return float(((given - is_it) ** 2).sum(axis=1).mean())

        fixed = np.array([[PRIOR[d] for d in names]] * len(seen))
        counted = np.array([naive(e, observer.imagined) for _, e in seen])
        figures[day] = {
            "n": len(seen),
            "reliability": distance(shares.ravel(), is_it.ravel(), deciles.ravel()),
            "reliability of the first": distance(top, hit, first),
            "Murphy's reliability": murphy.reliability,
            "mean first share": float(top.mean()),
            "first is right": float(hit.mean()),
            "Brier": brier(shares),
            "Brier of the prior": brier(fixed),
            "Brier of the count": brier(counted),
        }
        figures[day]["margin over the prior"] = figures[day]["Brier of the prior"] - figures[day]["Brier"]
        figures[day]["margin over the count"] = figures[day]["Brier of the count"] - figures[day]["Brier"]
        print(f"\nday {day}: " + ", ".join(f"{name} {value:.4g}" for name, value in figures[day].items()))
    return figures


def must_hold(figures, *, first):
    for one in figures.values():
        assert one["reliability"] <= 0.05
        assert one["reliability of the first"] <= first
        assert one["Brier"] < one["Brier of the prior"] - 0.3
        assert one["Brier"] < one["Brier of the count"] - 0.1


def test_calibrated_on_a_few_patients(observer, engine):
    """A small sample: the reliability of 60 first choices is itself uncertain by about 0.05."""
    must_hold(measured(observer, learners(engine, PRIOR, 60, seed=41)), first=0.15)


@pytest.mark.long
def test_calibrated_on_five_hundred_patients(engine):
    observer = Observer(engine, PRIOR, Imagined(engine, COUNT))
    must_hold(measured(observer, learners(engine, PRIOR, 500, seed=42)), first=0.05)
