"""The cases of a pack stand in the library; a damaged pack is a line at its foot."""

from PySide6.QtWidgets import QLabel

from tests.knowledge.packing import CASE, files
from tests.records.kept import shelf_in
from trainer.core.place import packs_dir
from trainer.knowledge.casebook import case_names
from trainer.knowledge.installation import install
from trainer.knowledge.library import library
from trainer.knowledge.pack import write_pack
from trainer.ui.library.page import LibraryPage


def test_a_pack_in_the_library(qtbot, tmp_path, monkeypatch):
    monkeypatch.setenv("ATOLL_HOME", str(tmp_path / "home"))
    (tmp_path / "x.atollpack").write_bytes(write_pack(files()))
    install(tmp_path / "x.atollpack", library(), lambda *_: [])
    for damaged in (False, True):
        if damaged:
            (packs_dir() / "ward-seven" / "cases" / CASE / "case.yaml").write_text("<")
        page = LibraryPage(shelf_in(tmp_path))
        qtbot.addWidget(page)
        page.refresh()
        shown = {row.case for row in page.list.cases.rows}
        assert shown == set(case_names()) and (CASE in shown) != damaged
        assert ("left out" in page.findChild(QLabel, "library_line").text()) == damaged
