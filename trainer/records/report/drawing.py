"""A little SVG, built as a tree so that every text in it is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal
from xml.etree.ElementTree import Element, SubElement, tostring

INK, GREY, PALE, ACCENT, PAPER = "#1c1c1c", "#6b6b6b", "#c9c9c9", "#1d5c79", "#ffffff"
"""One accent colour, dark enough to be told from the pale lines in black and white."""

FONT = "Libertinus Serif, Georgia, Times New Roman, serif"
Place = tuple[float, float]
Anchor = Literal["start", "middle", "end"]


class Drawing:
    """A picture of a size in its own units, y downwards."""

    def __init__(self, width: float, height: float) -> None:
        self._root = Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {_n(width)} {_n(height)}",
                "width": _n(width), "height": _n(height),
            },
        )  # fmt: skip

    def rect(self, x: float, y: float, width: float, height: float, fill: str, stroke: str = "none") -> None:
        """Add a rectangle."""
        self._add("rect", x=x, y=y, width=max(0.0, width), height=max(0.0, height), fill=fill, stroke=stroke)

    def line(self, start: Place, end: Place, stroke: str = INK, width: float = 0.8, dash: str = "") -> None:
        """Add a line."""
        self._add(
            "line", x1=start[0], y1=start[1], x2=end[0], y2=end[1], stroke=stroke, stroke_width=width,
            **({"stroke_dasharray": dash} if dash else {}),
        )  # fmt: skip

    def path(
        self, places: Sequence[Place], stroke: str, width: float = 1.0, fill: str = "none", dash: str = ""
    ) -> None:
        """Add a line through places, filled if asked for."""
        if places:
            steps = " ".join(f"{'L' if n else 'M'}{_n(x)} {_n(y)}" for n, (x, y) in enumerate(places))
            more = {"stroke_dasharray": dash} if dash else {}
            self._add("path", d=steps, stroke=stroke, stroke_width=width, fill=fill, stroke_linejoin="round", **more)

    def dot(self, x: float, y: float, radius: float, fill: str, stroke: str = "none") -> None:
        """Add a disc."""
        self._add("circle", cx=x, cy=y, r=radius, fill=fill, stroke=stroke)

    def text(
        self, x: float, y: float, words: str, size: float = 11.0, anchor: Anchor = "start", fill: str = INK
    ) -> None:
        """Add words, ``y`` at their foot."""
        found = self._add("text", x=x, y=y, font_family=FONT, font_size=size, text_anchor=anchor, fill=fill)
        found.text = words

    def _add(self, kind: str, **attributes: str | float) -> Element:
        plain = {k.replace("_", "-"): v if isinstance(v, str) else _n(v) for k, v in attributes.items()}
        return SubElement(self._root, kind, plain)

    def svg(self) -> str:
        """Return the picture as SVG."""
        return tostring(self._root, encoding="unicode")


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
