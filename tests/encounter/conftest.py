"""An examiner with few imagined patients: enough for the laws, too few for figures."""

import pytest

from trainer.encounter.examiner import Examiner
from trainer.knowledge.library import library
from trainer.reasoning.imagined import Imagined
from trainer.reasoning.sample import COARSE


@pytest.fixture(scope="session")
def imagined(engine):
    return Imagined(engine, 60)


@pytest.fixture(scope="session")
def examiner(engine, imagined):
    return Examiner(engine, library().policy("default"), imagined, COARSE)
