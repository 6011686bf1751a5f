"""The row of buttons above the views: the commands that a reader reaches for most."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QSizePolicy, QToolButton, QWidget

from ctprog_gui.state.language import marked, spoken
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


class ViewBar(QFrame):
    """Buttons of the window's own actions, so that menu, key and button are always of one mind."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("viewBar")
        self.buttons: dict[str, QToolButton] = {}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(6, 3, 6, 3)
        self._row.setSpacing(1)
        # A narrow window cuts buttons off at the right rather than growing: all have keys and menus.
        self._row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def fill(self, actions: Iterable[QAction]) -> None:
        """Make the buttons from actions, which are known by their object names."""
        known = {action.objectName(): action for action in actions}
        for entry in _BUTTONS:
            if entry is None:
                self._row.addSpacing(8)
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
        self._row.addStretch(1)
        self.tell_keys()

    def tell_keys(self) -> None:
        """Say the keys anew."""
        for button in self.buttons.values():
            # The button takes over what its action says whenever that changes.
            button.defaultAction().setToolTip(action_tip(button.defaultAction()))
