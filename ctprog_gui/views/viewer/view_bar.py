"""The row of buttons above the views: the commands that a reader reaches for most."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QMenu, QSizePolicy, QToolButton, QWidget

from ctprog_gui.state.language import marked, spoken, tr
from ctprog_gui.views.key_tips import action_tip

# Command and what its button says; None is a gap.
_BUTTONS: tuple[tuple[str, str] | None, ...] = (
    ("view.window.box", marked("Window")),
    None,
    ("measure.length", marked("Length")),
    ("measure.bidirectional", marked("RECIST")),
    ("measure.angle", marked("Angle")),
    ("measure.ellipse", marked("Ellipse")),
    ("measure.rectangle", marked("Box")),
    ("measure.polyline", marked("Polyline")),
    ("measure.probe", marked("HU")),
    None,
    ("view.layout.large", "1+3"),
    ("view.layout.four", "2×2"),
    ("view.compare", marked("Compare")),
    None,
    ("view.cine", marked("Film")),
    ("view.invert", marked("Invert")),
    ("view.slab.maximum", marked("MIP")),
    ("view.reset", marked("Reset")),
)

_GAP_PIXELS = 8


class ViewBar(QFrame):
    """Buttons of the window's own actions, so that menu, key and button are always of one mind."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("viewBar")
        self.buttons: dict[str, QToolButton] = {}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(6, 3, 6, 3)
        self._row.setSpacing(1)
        # A narrow window doesn't grow for its buttons: those without room go into the menu at the end.
        self._row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.more = QToolButton()
        self.more.setObjectName("viewButton")
        self.more.setText("»")
        self.more.setToolTip(tr("What has no room here"))
        self.more.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setMenu(QMenu(self.more))
        self.more.setVisible(False)

    def fill(self, actions: Iterable[QAction]) -> None:
        """Make the buttons from actions, which are known by their object names."""
        known = {action.objectName(): action for action in actions}
        for entry in _BUTTONS:
            if entry is None:
                self._row.addSpacing(_GAP_PIXELS)
                continue
            identifier, told = entry
            action = known[identifier]
            action.setIconText(spoken(told))
            button = QToolButton()
            button.setDefaultAction(action)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setObjectName("viewButton")
            self._row.addWidget(button)
            self.buttons[identifier] = button
        self._row.addWidget(self.more)
        self._row.addStretch(1)
        self.tell_keys()
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()

    def _fit(self) -> None:
        """Show as many buttons as there is room for, from the left, and the rest in the menu."""
        margins = self._row.contentsMargins()
        room = self.width() - margins.left() - margins.right()
        gaps = _BUTTONS.count(None) * (_GAP_PIXELS + self._row.spacing())
        widths = [button.sizeHint().width() + self._row.spacing() for button in self.buttons.values()]
        fits = sum(widths) + gaps <= room
        left = room - gaps - (0 if fits else self.more.sizeHint().width())
        self.more.menu().clear()
        for button, width in zip(self.buttons.values(), widths, strict=True):
            left -= width
            button.setVisible(left >= 0)
            if left < 0:
                self.more.menu().addAction(button.defaultAction())
        self.more.setVisible(not fits)

    def tell_keys(self) -> None:
        """Say the keys anew."""
        for button in self.buttons.values():
            # The button takes over what its action says whenever that changes.
            button.defaultAction().setToolTip(action_tip(button.defaultAction()))
