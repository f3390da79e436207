"""The classic case on an imported chest, in the real window."""

import os
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QLabel

from tests.chest.imports import scanned_as
from tests.ui.classic import CASE, play
from tests.ui.hand import Mouse
from trainer.chest import chests
from trainer.chest.anatomy.build import build_anatomy
from trainer.course.person import Person
from trainer.encounter.session import Session
from trainer.knowledge.casebook import read_case

REAL = os.environ.get("ATOLL_REALISM_REFERENCE")


@pytest.fixture(scope="module")
def anatomy():
    return scanned_as(build_anatomy(Person(11, "F", 58.0, 166.0, 70.0), scale=2), thickness_mm=6.0, step=3)


@pytest.fixture
def reef(anatomy):
    """An imported chest of this name, for one test."""
    card = chests.keep_chest("reef", anatomy)
    yield card
    chests.remove_chest("reef")


def begin(qtbot, window, chest):
    window.library.refresh()
    hand = Mouse(qtbot, window)
    hand.start(CASE, chest)
    hand.until(lambda: hand.page is not None and hand.desk is not None)
    return hand


def test_what_the_viewer_shows_is_the_imported_chest(qtbot, window, reef):
    hand = begin(qtbot, window, "reef")
    assert hand.desk.run.header.chest.named == reef.named
    assert "CT on the chest 'reef'" in hand.find("strip_mode", QLabel).text()
    hand.section("orders")
    hand.order("thin-section CT")
    hand.send()
    stage = hand.page.room.stage
    hand.until(lambda: stage.canvas.frame is not None and not stage.canvas.scene.waiting)
    corner = stage.canvas.scene.corners
    assert "as scanned" in corner.top_right[0] and corner.bottom_left[1].startswith("6 mm every 6 mm")
    assert hand.find("kernel").text() == "as scanned" and not hand.find("kernel").isEnabled()
    assert np.ptp(stage.canvas.frame.hu) > 1000


@pytest.mark.long
def test_the_classic_case_on_an_imported_chest(qtbot, window, reef, engine):
    window.library.refresh()
    hand = Mouse(qtbot, window)
    played = play(hand, "reef")
    assert played.header.chest.named == reef.named
    assert Session(engine, read_case(CASE, engine.library), played).person.chest == reef.named
    assert set(window.debrief.debrief.sheet.dials) >= {"perception", "diagnosis", "management"}


@pytest.mark.long
@pytest.mark.skipif(not REAL, reason="set ATOLL_REALISM_REFERENCE to a folder with a real chest CT to play on it")
def test_the_classic_case_on_a_real_chest(qtbot, window):
    from trainer.chest.imported.assembly import import_chest
    from trainer.dicom.reading import read_series

    made = import_chest(read_series(Path(REAL)).source)
    card = chests.keep_chest("real", made.anatomy, made.told)
    try:
        window.library.refresh()
        played = play(Mouse(qtbot, window), "real")
        assert played.header.chest.named == card.named
        assert "perception" in window.debrief.debrief.sheet.dials
    finally:
        chests.remove_chest("real")
