"""What every test may rest on."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["ATOLL_HOME"] = str(Path(__file__).with_name("no-home"))  # while tests are gathered; see `home`

settings.register_profile(
    "default",
    deadline=None,
    max_examples=30,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
settings.register_profile("long", parent=settings.get_profile("default"), max_examples=500)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_xdist_auto_num_workers(config):
    """Share the default run between two processes; what is asked for by name runs in one, where it can be watched."""
    whole = config.args_source is config.ArgsSource.TESTPATHS and "not long" in config.option.markexpr
    return 2 if whole else 0


@pytest.fixture(autouse=True, scope="session")
def home(tmp_path_factory):
    """Keep what Atoll writes by itself out of the real home."""
    folder = tmp_path_factory.mktemp("atoll-home")
    before = os.environ["ATOLL_HOME"]
    os.environ["ATOLL_HOME"] = str(folder)
    yield folder
    os.environ["ATOLL_HOME"] = before


@pytest.fixture(scope="session")
def engine():
    """The engine over Atoll's own knowledge, compiled."""
    from trainer.course.cohort import Engine
    from trainer.course.warming import warm
    from trainer.knowledge.library import library

    made = Engine.of(library())
    warm(made.parameters)
    return made


@pytest.fixture(autouse=True)
def _let_go_of_folders():
    """Let go of the folders that a test held: a process holds them to its end, and tests have a thousand of them."""
    yield
    held = getattr(sys.modules.get("trainer.records.lock"), "_HELD", {})
    while held:
        os.close(held.popitem()[1])


@pytest.fixture
def records(tmp_path):
    """Records with nothing in them."""
    from trainer.records.database import FILE, Records

    made = Records(f"sqlite:///{tmp_path / FILE}")
    yield made
    made.close()


@pytest.fixture
def learner(records):
    """Who plays in these records."""
    from trainer.records.learner import add_learner

    return add_learner(records, "heron")
