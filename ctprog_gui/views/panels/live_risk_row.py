"""How a score answers to the ROI: the last edit, margins around it, another reader's."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from ctprog_gui.core.inference.prediction import Prediction
from ctprog_gui.state.language import marked, spoken, tr
from ctprog_gui.state.live_risk import MARGINS_MM
from ctprog_gui.state.session import Session

UNREAD = {
    "none": marked("Does not read the ROI: edits do not move this score."),
    "position": marked("Reads only where the ROI lies: its outline does not move this score."),
}
_LINE, _DOT, _CUTOFF, _OTHER = QColor("#4fd1c5"), QColor("#f0f3f6"), QColor("#8b949e"), QColor("#cc79a7")
_WORDS = QColor("#9aa4af")
_AT_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class LiveRiskRow(QWidget):
    """A line of words and the scores by margin; for a bundle that reads no shape, the words that say so."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._prediction: Prediction | None = None
        self.words = QLabel()
        self.words.setObjectName("muted")
        self.words.setWordWrap(True)
        self.picture = MarginPicture()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.picture)
        layout.addWidget(self.words)

    def show_prediction(self, prediction: Prediction) -> None:
        self._prediction = prediction
        self.refresh()

    def refresh(self) -> None:
        if self._prediction is None:
            return
        bundle, score = self._prediction.bundle, self._prediction.risk_score
        unread = UNREAD.get(self._session.prognosis.reads(bundle))
        live = self._session.live_risk
        margins, other = live.margins(bundle), live.other(bundle)
        self.picture.setVisible(unread is None and score is not None and bool(margins))
        if score is None:
            self.words.setText("")
        elif unread is not None:
            self.words.setText(spoken(unread))
        else:
            self.picture.show_scores(margins | {0: score}, other, self._prediction.cutoff)
            told = (one.replace(" ", "\u00a0") for one in self._told(bundle, score, margins, other))
            self.words.setText("  ·  ".join(told))
        self.words.setVisible(bool(self.words.text()))

    def _told(self, bundle: str, score: float, margins: dict[int, float], other: float | None) -> list[str]:
        told = []
        before = self._session.last_edit.before(bundle)
        if before is not None and before.score != score:
            change = f"{score - before.score:+.3f}".replace("-", "−")
            if before.edits == 1:
                told.append(tr("last edit {change}").format(change=change))
            else:
                # The hand was quicker than the answers: what was between these edits has no score.
                told.append(tr("last %n edits {change}", "", before.edits).format(change=change))
        for mm in (1, 2, 3):
            around = [margins[m] for m in (-mm, mm) if m in margins]
            if len(around) == 2:
                low, high = min(*around, score), max(*around, score)
                span = tr("{low} to {high}").format(low=f"{low:.3f}", high=f"{high:.3f}")
                told.append(f"±{mm} mm {span}")
        if other is not None:
            told.append(tr("other reader {score}").format(score=f"{other:.3f}"))
        return told


class MarginPicture(QWidget):
    """Score over margin in mm: a line, the ROI's own as a dot, cut-off and other reader as dashed lines."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(64)
        self._scores: dict[int, float] = {}
        self._other: float | None = None
        self._cutoff: float | None = None
        self.setToolTip(tr("The score if the ROI were grown or shrunk by so many mm all around"))

    def show_scores(self, scores: dict[int, float], other: float | None, cutoff: float | None) -> None:
        self._scores, self._other, self._cutoff = scores, other, cutoff
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._scores:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = painter.font()
        font.setPixelSize(10)
        painter.setFont(font)
        area = QRectF(40, 6, self.width() - 54, self.height() - 22)
        values = [*self._scores.values()] + ([self._other] if self._other is not None else [])
        low, high = min(values), max(values)
        room = max(0.1 * (high - low), 0.005)
        low, high = low - room, high + room
        least, most = min(MARGINS_MM), max(MARGINS_MM)

        def at(mm: float, score: float) -> QPointF:
            x = area.left() + area.width() * (mm - least) / (most - least)
            return QPointF(x, area.bottom() - area.height() * (score - low) / (high - low))

        painter.setPen(QPen(_WORDS))
        for score in (low + room, high - room):
            place = QRectF(0, at(0, score).y() - 6, 34, 12)
            painter.drawText(place, _AT_RIGHT, f"{score:.2f}")
        for mm in range(least, most + 1):
            place = QRectF(at(mm, low).x() - 18, area.bottom() + 3, 36, 12)
            unit = " mm" if mm == 0 else ""
            told = f"{mm:+d}".replace("-", "−") if mm else "0"
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, told + unit)
        for level, colour in ((self._cutoff, _CUTOFF), (self._other, _OTHER)):
            if level is not None and low <= level <= high:
                painter.setPen(QPen(colour, 1, Qt.PenStyle.DashLine))
                painter.drawLine(at(least, level), at(most, level))
        painter.setPen(QPen(_LINE, 2))
        painter.drawPolyline(QPolygonF([at(mm, self._scores[mm]) for mm in sorted(self._scores)]))
        painter.setPen(Qt.PenStyle.NoPen)
        for mm, score in self._scores.items():
            painter.setBrush(_DOT if mm == 0 else _LINE)
            radius = 4.0 if mm == 0 else 2.5
            painter.drawEllipse(at(mm, score), radius, radius)
        painter.end()
