"""What the tests of the window rest on."""

import pytest

from trainer.ui import theme


@pytest.fixture(scope="session")
def qapp(qapp):
    """The application, dressed as it is when it is started."""
    theme.apply(qapp, "dark")
    return qapp
