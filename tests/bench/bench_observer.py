"""The observer's speed and memory: figures are printed, nothing is asserted about them."""

import resource
import time

import pytest

from tests.reasoning.learner import STEROID, learners
from trainer.knowledge.library import library
from trainer.knowledge.plan import Course, Step
from trainer.knowledge.policy import DEFAULT
from trainer.reasoning.imagined import COUNT, Imagined
from trainer.reasoning.observer import Observer

pytestmark = pytest.mark.bench


def timed(act):
    """Return what an act gives, and the seconds it took; on a busy machine read the processor's instead."""
    begun, worked = time.perf_counter(), time.process_time()
    result = act()
    seconds = time.perf_counter() - begun
    print(f"  ({seconds:.2f} s, of the processors {time.process_time() - worked:.2f} s)")
    return result, seconds


def test_the_observer_after_a_step(engine):
    prior = library().policies[DEFAULT].case_mix
    imagined, drawing = timed(lambda: Imagined(engine, COUNT))
    observer = Observer(engine, prior, imagined)
    evidence = next(
        one.evidence[-1] for one in learners(engine, prior, 60, seed=5) if one.evidence[-1].courses == STEROID
    )
    _, first = timed(lambda: observer.posterior(evidence))
    _, again = timed(lambda: observer.posterior(evidence))
    _, foretold = timed(lambda: observer.forecast(evidence, evidence.day + 28))
    steps = [timed(lambda day=day: imagined.view(STEROID, day))[1] for day in (84, 112)]
    other = (Course(give="prednisolone", day=0, steps=(Step(dose=25.0, days=60),)),)
    _, changed = timed(lambda: imagined.view(other, 56))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"\n{COUNT} imagined patients of each disease: drawn once in {drawing:.1f} s; "
        f"posterior after a step of 4 weeks {first:.2f} s (target 3 s), again {again:.2f} s; "
        f"forecast of 4 weeks {foretold:.2f} s; 4 weeks on {steps[0]:.2f} and {steps[1]:.2f} s; "
        f"8 weeks under new orders {changed:.2f} s; peak {peak:.0f} MB"
    )
