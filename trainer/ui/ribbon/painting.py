"""One painting of the ribbon: lines of the visits, events, doses, drugs and the axis."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from trainer.ui.chart.reference import ARROWS
from trainer.ui.ribbon.axis import Axis
from trainer.ui.ribbon.row import DRUG_ROWS, VISIT_ROW, Rows
from trainer.ui.ribbon.timeline import Dose, Drug, Happening, Timeline, packed
from trainer.ui.theme import Colours, icon

BUTTON = 24  # px
LEFT = 14.0
_ICONS: Final = {
    "death": "x-circle", "deterioration": "warning", "call": "phone", "result": "flask", "procedure": "scissors",
    "move": "bed", "due": "hourglass", "return": "calendar-check",
}  # fmt: skip
_PRESSING: Final = ("death", "deterioration", "call", "procedure", "move", "return", "due", "result")
MARGIN = 6.0  # px on either side of the plots, so that a point at the end of the axis is whole
_USUAL_MG = 80.0  # a pulse above this reaches the top and says its figure; judgement


def button_style(c: Colours) -> str:
    """Return the style of the ribbon's small buttons: what is pressed is filled, what has the focus is framed."""
    return (
        f"QToolButton {{ border: 1px solid {c.line}; border-radius: 4px; background: {c.panel}; color: {c.text};"
        " padding: 0 2px; min-width: 20px; min-height: 22px; }"
        f"QToolButton:checked {{ background: {c.accent}; color: {c.on_accent}; border-color: {c.accent}; }}"
        f"QToolButton:hover {{ border-color: {c.accent}; }}"
        f"QToolButton:focus {{ border: 2px solid {c.text}; padding: 0 1px; min-width: 18px; min-height: 20px; }}"
    )


class Painting:
    """One painting of a timeline."""

    def __init__(self, painter: QPainter, c: Colours, axis: Axis, rows: Rows, timeline: Timeline) -> None:
        self._painter, self._c, self._axis, self._rows, self._timeline = painter, c, axis, rows, timeline
        self._metrics = QFontMetricsF(painter.font())
        self._right = axis.left + axis.width + 8
        self._room_right = painter.device().width() - self._right - 2

    def all(self, collapsed: bool, shown: tuple[int, ...], picked: tuple[str, ...], buttons: dict[int, QRectF]) -> None:
        """Draw every row."""
        bottom = VISIT_ROW if collapsed else self._rows.axis[0]
        self._lines(shown, buttons, bottom)
        self._visits(buttons)
        if collapsed:
            return
        self._grid()
        self._doses()
        self._drugs()
        self._events()
        self._last_values(picked)
        self._today(bottom)

    def _text(self, rect: QRectF, text: str, colour: str, flags: Qt.AlignmentFlag) -> None:
        self._painter.setPen(QColor(colour))
        shown = self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        self._painter.drawText(rect, flags | Qt.AlignmentFlag.AlignVCenter, shown)

    def _name(self, text: str, top: float, height: float, colour: str) -> None:
        """Write what a row is to the right of it."""
        self._text(QRectF(self._right, top, self._room_right, height), text, colour, Qt.AlignmentFlag.AlignLeft)

    def _lines(self, shown: tuple[int, ...], buttons: dict[int, QRectF], bottom: float) -> None:
        """Draw a line from each visit down, the ones on show as wide bands."""
        for visit in self._timeline.visits:
            x = self._axis.x_of(visit.day)
            if visit.day in shown:
                band = QColor(self._c.accent)
                band.setAlpha(46)
                self._painter.fillRect(QRectF(x - 3, BUTTON + 4, 6, bottom - BUTTON - 4), band)
            pen = QPen(QColor(self._c.accent if visit.day in shown else self._c.line), 1)
            self._painter.setPen(pen)
            if visit.day in buttons:
                button = buttons[visit.day]
                self._painter.drawLine(QPointF(button.center().x(), button.bottom()), QPointF(x, VISIT_ROW))
            self._painter.drawLine(QPointF(x, VISIT_ROW - (0 if visit.ct else 5)), QPointF(x, bottom))

    def _visits(self, buttons: dict[int, QRectF]) -> None:
        """Write the days of the visits without a CT, where there is room between the buttons."""
        taken = [(r.left() - 2, r.right() + 2) for r in buttons.values()]
        for visit in reversed(self._timeline.visits):
            if visit.ct:
                continue
            half = self._metrics.horizontalAdvance(str(visit.day)) / 2 + 2
            x = self._axis.x_of(visit.day)
            if any(x - half < right and left < x + half for left, right in taken):
                continue
            taken.append((x - half, x + half))
            colour = self._c.text if visit.day == self._timeline.today else self._c.dim
            self._text(QRectF(x - half, 3, 2 * half, 20), str(visit.day), colour, Qt.AlignmentFlag.AlignHCenter)

    def _grid(self) -> None:
        top, height = self._rows.axis
        self._painter.setPen(QPen(QColor(self._c.line), 1))
        left, right = self._axis.left, self._axis.left + self._axis.width
        for y in (VISIT_ROW, self._rows.doses[0] + self._rows.doses[1], top):
            self._painter.drawLine(QPointF(left, y), QPointF(right, y))
        room = self._metrics.horizontalAdvance("000 · 00 wk") + 10
        written = -1.0
        for day, label in self._axis.labels(room):
            x = self._axis.x_of(day)
            self._painter.setPen(QPen(QColor(self._c.dim), 1))
            self._painter.drawLine(QPointF(x, top), QPointF(x, top + 3))
            wide = self._metrics.horizontalAdvance(label) + 2
            at = min(max(0.0, x - wide / 2), right - 2 - wide)
            if at > written:
                self._text(QRectF(at, top + 2, wide, height - 2), label, self._c.dim, Qt.AlignmentFlag.AlignHCenter)
                written = at + wide + 4
        self._name("day · week", top + 2, height - 2, self._c.dim)

    def _doses(self) -> None:
        top, height = self._rows.doses
        doses = [d for d in self._timeline.doses if d.day < self._axis.last]
        caption = "steroid, mg/day" if doses else "no steroid"
        self._name(caption, top, height, self._c.dim)
        if not doses:
            return
        most = min(max(d.mg for d in doses), max(_USUAL_MG, min(d.mg for d in doses)))
        written = -1e9
        for dose in doses:
            written = self._dose(dose, most, top, height, written)

    def _dose(self, dose: Dose, most: float, top: float, height: float, written: float) -> float:
        """Draw one stretch, the days to come paler; return where its figure ends."""
        base, line = top + height, self._metrics.height() * 0.95
        tall = max(2.0, (height - line) * min(1.0, dose.mg / most))
        x, end = self._axis.x_of(dose.day), self._axis.x_of(min(dose.until, self._axis.last))
        now = self._axis.x_of(self._timeline.today)
        colour = QColor(self._c.series[1])
        for left, right, alpha in ((x, min(end, now), 150), (max(x, now), end, 60)):
            if right > left:
                colour.setAlpha(alpha)
                self._painter.fillRect(QRectF(left, base - tall, right - left, tall), colour)
        colour.setAlpha(255)
        self._painter.setPen(QPen(colour, 1.5, Qt.PenStyle.SolidLine if x < now else Qt.PenStyle.DashLine))
        self._painter.drawLine(QPointF(x, base - tall), QPointF(end, base - tall))
        self._painter.drawLine(QPointF(x, base - tall), QPointF(x, base))
        label = f"{'▲' if dose.mg > most else ''}{dose.mg:.3g}"
        wide = self._metrics.horizontalAdvance(label) + 3
        if x + 2 < written:
            return written
        self._text(QRectF(x + 2, base - tall - line, wide, line), label, self._c.text, Qt.AlignmentFlag.AlignLeft)
        return x + 2 + wide

    def _drugs(self) -> None:
        top, height = self._rows.drugs
        rows = packed(self._timeline.drugs)
        if not rows:
            return
        tall = height / min(DRUG_ROWS, len(rows))
        for index, row in enumerate(rows[:DRUG_ROWS]):
            for drug in row:
                self._drug(drug, QRectF(0, top + index * tall, 0, tall))
        hidden = sum(len(row) for row in rows[DRUG_ROWS:])
        caption = f"drugs, {hidden} more" if hidden else "drugs"
        self._name(caption, top, tall, self._c.dim)

    def _drug(self, drug: Drug, row: QRectF) -> None:
        x, end = self._axis.x_of(drug.day), self._axis.x_of(min(drug.until, self._axis.last))
        if drug.day >= self._axis.last:
            return
        bar = QRectF(x, row.top() + 1, max(4.0, end - x), row.height() - 2)
        fill = QColor(self._c.good)
        running = drug.day <= self._timeline.today < drug.until
        fill.setAlpha(80 if running else 40)
        self._painter.setBrush(fill)
        self._painter.setPen(QPen(QColor(self._c.good), 1))
        self._painter.drawRoundedRect(bar, 3, 3)
        wide = self._metrics.horizontalAdvance(drug.name) + 6
        inside = bar.width() >= wide
        left = bar.left() + 3 if inside else bar.right() + 3
        space = bar.width() - 4 if inside else self._room(drug, bar)
        if inside or space > 20:
            place = QRectF(left, row.top(), space, row.height())
            self._text(place, drug.name, self._c.text, Qt.AlignmentFlag.AlignLeft)

    def _room(self, drug: Drug, bar: QRectF) -> float:
        """Return how much room there is beside a bar, before the next one of its row or the end of the axis."""
        row = next(row for row in packed(self._timeline.drugs) if drug in row)
        later = [d.day for d in row if d.day >= drug.until]
        end = self._axis.x_of(min(later)) if later else self._axis.left + self._axis.width
        return max(0.0, end - bar.right() - 6)

    def _events(self) -> None:
        top, height = self._rows.events
        there: dict[int, list[Happening]] = {}
        for one in self._timeline.happenings:
            if one.day <= self._axis.last:
                there.setdefault(one.day, []).append(one)
        written: list[tuple[float, float]] = []
        order = sorted(there.items(), key=lambda pair: min(_PRESSING.index(h.kind) for h in pair[1]))
        for day, ones in order:
            kind = min((h.kind for h in ones), key=_PRESSING.index)
            x, size = self._axis.x_of(day), 14.0
            if any(x - size / 2 < right and left < x + size / 2 for left, right in written):
                self._painter.setPen(Qt.PenStyle.NoPen)
                self._painter.setBrush(QColor(self._c.dim))
                self._painter.drawEllipse(QPointF(x, top + height - 1.5), 1.5, 1.5)
                continue
            written.append((x - size / 2, x + size / 2))
            colour = {"death": self._c.bad, "deterioration": self._c.bad, "call": self._c.warn}.get(kind, self._c.text)
            made = icon(_ICONS[kind], self._c.dim if kind in ("due", "return", "result") else colour)
            made.paint(self._painter, int(x - size / 2), int(top + (height - size) / 2), int(size), int(size))
        self._text(
            QRectF(self._right, top, self._room_right, height), "events", self._c.dim, Qt.AlignmentFlag.AlignLeft
        )

    def _last_values(self, picked: tuple[str, ...]) -> None:
        chosen = [m for m in self._timeline.measured if m.id in picked]
        top, height = self._rows.plots
        for index, m in enumerate(chosen):
            tall = height / len(chosen)
            flag = m.reference.flag(m.values[-1]) if m.values and m.reference else ""
            told = f"{m.name} {m.last.replace(' predicted', '')}{f' {ARROWS[flag]}' if flag else ''}"
            self._name(told, top + index * tall, tall, self._c.text if m.values else self._c.dim)
        if not chosen:
            self._text(QRectF(self._axis.left + 4, top, self._axis.width - 8, height),
                       "nothing chosen to plot", self._c.dim, Qt.AlignmentFlag.AlignLeft)  # fmt: skip

    def _today(self, bottom: float) -> None:
        x = self._axis.x_of(self._timeline.today)
        self._painter.setPen(QPen(QColor(self._c.text), 1.5))
        self._painter.drawLine(QPointF(x, VISIT_ROW - 3), QPointF(x, bottom))
        self._painter.setBrush(QColor(self._c.text))
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.drawPolygon(
            QPolygonF([QPointF(x - 4, bottom + 4), QPointF(x + 4, bottom + 4), QPointF(x, bottom)])
        )
