"""The only place where the parts are wired together: no words open the window, words run a command."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(words: Sequence[str] | None = None) -> int:
    """Run `atoll`; return its exit status."""
    given = list(sys.argv[1:] if words is None else words)
    if not given:
        return window()
    from trainer.cli.main import run

    return run(given)


def window() -> int:
    """Open the window; return the exit status of the application."""
    from trainer.ui.application import start

    return start()


if __name__ == "__main__":
    raise SystemExit(main())
