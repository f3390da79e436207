"""The panel, driven as a person would, at its smallest."""

from PySide6.QtCore import Qt


def test_the_panel_leads_through_the_first_step(bench):
    panel, qtbot = bench.panel, bench.qtbot
    assert "Order what you need" in bench.next
    panel.choose("orders")
    for words in ("CRP", "HRCT", "drug history"):
        bench.type(panel.sections["orders"].search.line, words)
    assert len(panel.draft.orders) == 3 and "3 orders are not sent" in bench.next
    panel.send_orders()
    assert [o.request.test for o in bench.desk.session.now.tests] == ["crp", "thin-section-ct", "history-drugs"]
    assert panel.draft.orders == () and "Read the CT" in bench.next
    panel.choose("read")
    qtbot.keyClick(panel.sections["read"].lungs, Qt.Key.Key_Down)
    qtbot.keyClick(panel.sections["read"].lungs, "4")
    assert panel.draft.zones == {"right-middle": 4}
    panel.sign_read()
    assert bench.desk.session.run.events[-1].read.zones == {"right-middle": 4}
    assert "SIMULATED" in panel.sections["read"].report.text()
    panel.choose("differential")
    section = panel.sections["differential"]
    bench.type(section.search.line, "COP")
    bench.type(section.row("cop").box, "12")
    assert "8 of 20 tokens left" in bench.next
    bench.type(section.search.line, "lobar pneumonia")
    bench.type(section.row("bacterial").box, "8")
    panel.choose("evidence")
    qtbot.keyClick(panel.sections["evidence"].chart, Qt.Key.Key_Down)
    qtbot.keyClick(panel.sections["evidence"].chart, "+")
    panel.choose("visit")
    panel.sections["visit"].sliders["better"].setValue(10)
    assert bench.next == "Commit, then move the clock."
    panel.commit()
    kinds = [event.kind for event in bench.desk.session.run.events]
    assert kinds == ["test", "test", "test", "read", "belief", "evidence", "forecast"]
    assert bench.next == "All is said for today. Move the clock to day 7."
    panel.advance()
    assert bench.desk.session.run.events[-1].kind == "advanced"
    assert panel.draft.day == bench.desk.day > 0
