"""What a person prefers, kept from one start to the next. Knows no Qt."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, ValidationError

from trainer.core.error import BadInput
from trainer.core.place import home_dir
from trainer.core.storage import read_bounded, reason_of, write_atomically
from trainer.knowledge.number import Frozen

Theme = Literal["dark", "light"]
Mouse = Literal["window", "scroll"]
Layout = Literal["1x1", "1x2", "2x2", "mpr"]
MOUSE: Final[dict[Mouse, str]] = {
    "window": "Left drag sets the window, right drag zooms",
    "scroll": "Left drag scrolls, right drag sets the window",
}
LEAST_TEXT, MOST_TEXT = 0.8, 1.6
_FILE: Final = "preferences.json"
_MOST_BYTES: Final = 50_000


class Preferences(Frozen):
    """What a person prefers.

    Parameters
    ----------
    theme : {"dark", "light"}
    text_scale : float
        0.8 to 1.6.
    mouse : {"window", "scroll"}
        What the left drag does: see `trainer.ui.reading.tool.SCHEMES`.
    keys : dict of str to str
        Keys by the id of their shortcut, where they differ from the table.
    layout : {"1x1", "1x2", "2x2", "mpr"}
        Of the panes, as last used.
    """

    theme: Theme = "dark"
    text_scale: Annotated[float, Field(ge=LEAST_TEXT, le=MOST_TEXT)] = 1.0
    mouse: Mouse = "window"
    keys: dict[str, Annotated[str, Field(max_length=40)]] = Field(default_factory=dict)
    layout: Layout = "1x2"


def read_preferences(folder: Path | None = None) -> tuple[Preferences, str | None]:
    """Return the preferences that are kept in Atoll's home, and a line about them where they cannot be used."""
    path = (folder or home_dir()) / _FILE
    try:
        if not path.exists():
            return Preferences(), None
        return Preferences.model_validate_json(read_bounded(path, _MOST_BYTES)), None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        return Preferences(), f"{path}: not used ({where}: {first['msg']}); the preferences are as at the first start"
    except OSError as error:  # a folder that may not be looked into, or a name that no disk has
        return Preferences(), f"{path}: {reason_of(error)}; the preferences are as at the first start"
    except BadInput as error:
        return Preferences(), f"{error}; the preferences are as at the first start"


def write_preferences(preferences: Preferences, folder: Path | None = None) -> None:
    """Keep the preferences.

    Raises
    ------
    BadInput
        If they cannot be written.
    """
    home = folder or home_dir()
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"{home}: cannot be made ({reason_of(error)}); the preferences are not kept") from error
    write_atomically(home / _FILE, (preferences.model_dump_json(indent=1) + "\n").encode())
