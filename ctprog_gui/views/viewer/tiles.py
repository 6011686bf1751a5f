"""Views side by side and above each other, with seams that can be dragged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

SEAM_PIXELS = 3
# No view is dragged to a smaller share of its row or column.
SMALLEST_SHARE = 0.1


@dataclass(eq=False)
class Split:
    """Parts in a row or a column with their shares; a part is a view's name or a split of its own."""

    across: bool
    parts: list[str | Split]
    shares: list[float]

    def names(self) -> Iterator[str]:
        for part in self.parts:
            if isinstance(part, Split):
                yield from part.names()
            else:
                yield part


def row(*parts: str | Split, shares: list[float] | None = None) -> Split:
    return Split(True, list(parts), shares or [1.0] * len(parts))


def column(*parts: str | Split, shares: list[float] | None = None) -> Split:
    return Split(False, list(parts), shares or [1.0] * len(parts))


@dataclass
class _Seam:
    area: QRect
    split: Split
    before: int  # the part on its near side
    length: int  # of the whole split, along it


class Tiles(QWidget):
    """Lays its views out as a tree of splits tells. Views keep their parent, and so their graphics."""

    def __init__(self, views: dict[str, QWidget], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tiles")
        self.setMouseTracking(True)
        self._views = views
        for view in views.values():
            view.setParent(self)
        self._tree = row(*views)
        self._seams: list[_Seam] = []
        self._dragged: _Seam | None = None
        # Below this, views would be cut off rather than shrink further.
        self.setMinimumSize(260, 220)

    def add(self, name: str, view: QWidget) -> None:
        """One more view, hidden until a tree names it."""
        view.setParent(self)
        view.hide()
        self._views[name] = view

    def arrange(self, tree: Split) -> None:
        """Show the views of a tree, and only those."""
        self._tree = tree
        shown = set(tree.names())
        self._lay_out()
        for name, view in self._views.items():
            view.setVisible(name in shown)

    def sizeHint(self) -> QSize:
        return QSize(900, 800)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._lay_out()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._dragged = self._seam_at(event.position().toPoint())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        if self._dragged is not None:
            self._drag(self._dragged, at)
            return
        seam = self._seam_at(at)
        if seam is None:
            self.unsetCursor()
        else:
            shape = Qt.CursorShape.SplitHCursor if seam.split.across else Qt.CursorShape.SplitVCursor
            self.setCursor(shape)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragged = None

    def _seam_at(self, at: QPoint) -> _Seam | None:
        return next((seam for seam in self._seams if seam.area.adjusted(-1, -1, 1, 1).contains(at)), None)

    def _drag(self, seam: _Seam, at: QPoint) -> None:
        apart = at - seam.area.center()
        split, near = seam.split, seam.before
        total = sum(split.shares)
        step = (apart.x() if split.across else apart.y()) / seam.length * total
        low = SMALLEST_SHARE * total
        pair = split.shares[near] + split.shares[near + 1]
        split.shares[near] = min(max(split.shares[near] + step, low), pair - low)
        split.shares[near + 1] = pair - split.shares[near]
        self._lay_out()
        self._dragged = next(s for s in self._seams if s.split is split and s.before == near)

    def _lay_out(self) -> None:
        self._seams = []
        self._place(self._tree, self.rect())

    def _place(self, node: str | Split, area: QRect) -> None:
        if isinstance(node, str):
            self._views[node].setGeometry(area)
            return
        length = area.width() if node.across else area.height()
        room = length - SEAM_PIXELS * (len(node.parts) - 1)
        total, at, told = sum(node.shares), 0, 0.0
        for number, (part, share) in enumerate(zip(node.parts, node.shares, strict=True)):
            told += share
            end = round(room * told / total) + SEAM_PIXELS * number
            self._place(part, _slice(area, node.across, at, end))
            if number + 1 < len(node.parts):
                seam = _slice(area, node.across, end, end + SEAM_PIXELS)
                self._seams.append(_Seam(seam, node, number, max(length, 1)))
            at = end + SEAM_PIXELS


def _slice(area: QRect, across: bool, start: int, stop: int) -> QRect:
    if across:
        return QRect(area.x() + start, area.y(), max(stop - start, 1), area.height())
    return QRect(area.x(), area.y() + start, area.width(), max(stop - start, 1))
