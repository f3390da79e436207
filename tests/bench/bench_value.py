"""The time that valuing all acts of a step takes: figures are printed, nothing is asserted about them."""

import time

import numpy as np
import pytest

from trainer.course.history import follow
from trainer.knowledge.library import library
from trainer.knowledge.plan import Course, Plan, Step
from trainer.reasoning.sample import COARSE, FULL, sample
from trainer.reasoning.value import Appraiser, Orders

pytestmark = pytest.mark.bench
COUNT = 128
REPEATS = 5


@pytest.mark.parametrize(("effort", "target"), [(FULL, 5.0), (COARSE, 0.3)], ids=["full", "coarse"])
@pytest.mark.parametrize("spread", ["one disease", "seven diseases"])
def test_values_of_a_step(engine, effort, target, spread):
    diseases = [d for d in engine.parameters.ids if d != "healthy"]
    nothing = Plan(id="nothing", title="nothing", source="judgement")
    states = {}
    for disease in diseases:
        onset = engine.patients(disease, 3, 0, COUNT)
        states[disease] = follow(engine.parameters, onset, nothing, engine.library.treatments, 0, {0}).snapshots[0]
    likely = {"cop": 0.4, "bacterial": 0.2, "op-amiodarone": 0.1, "eosinophilic": 0.1, "fungal": 0.1, "uip": 0.05,
              "tuberculosis": 0.05}  # fmt: skip
    shares = likely if spread == "seven diseases" else {"cop": 1.0}
    own = Orders(
        courses=(Course(give="prednisolone", day=0, steps=(Step(dose=40.0, days=28), Step(dose=20.0, days=28))),),
        tests=("crp", "full-blood-count", "bronchoscopy-lavage", "myositis-panel"),
    )
    appraiser = Appraiser(engine, library().policy("default").value)

    def once():
        samples = {}
        for d in diseases:
            count = effort.main if shares.get(d, 0.0) >= effort.share else effort.minor
            samples[d] = sample(states[d].select, np.full(COUNT, 1 / COUNT), count, d, 0)
        return appraiser.weigh(samples, {d: shares.get(d, 0.0) for d in diseases}, (), own, 0)

    once()
    walls, cpus = [], []
    for _ in range(REPEATS):
        wall, cpu = time.perf_counter(), time.process_time()
        values = once()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    print(
        f"\n{spread}, {effort}: median {np.median(walls):.2f} s (target {target} s), processor {np.median(cpus):.2f} s;"
        f" standard errors up to {values.standard_error.max():.1f} points"
    )
