"""What the tests of the window rest on."""

import pytest

from trainer.ui import theme


@pytest.fixture(scope="session")
def qapp(qapp):
    """The application, dressed as it is when it is started."""
    theme.apply(qapp, "dark")
    return qapp


@pytest.fixture
def window(qtbot, tmp_path, engine):
    """The main window over an empty shelf, at half the resolution of the chest."""
    from tests.records.kept import shelf_in
    from trainer.ui.preference import Preferences
    from trainer.ui.window import MainWindow

    made = MainWindow(shelf_in(tmp_path), Preferences(), scale=2)
    made.resize(1366, 768)
    made.show()
    with qtbot.waitActive(made):
        made.activateWindow()
    yield made
    made.close()
    made.deleteLater()
