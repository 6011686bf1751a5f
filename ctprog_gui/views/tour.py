"""A tour of the window, two minutes long; offered once, and in the Help menu from then on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ctprog_gui.state.language import marked, spoken, tr

WIDTH = 380


@dataclass(frozen=True)
class Step:
    """What is told, and beside which part of the window (an attribute of it); "" is its middle."""

    title: str
    text: str
    beside: str = ""


STEPS = (
    Step(
        marked("Welcome to CTProg"),
        marked(
            "CTProg shows a chest CT and what published prognosis systems make of it. <b>Research use "
            "only</b>: not for diagnosis or treatment decisions.<br><br>The synthetic case needs no data of "
            "yours: open it, and follow the tour on it."
        ),
    ),
    Step(
        marked("Studies"),
        marked(
            "Drop a DICOM folder, a ZIP, or a NIfTI, NRRD or MHA file anywhere on the window. What is in it "
            "is listed here; a double click opens a series. A badge says what is odd about it."
        ),
        "studies_panel",
    ),
    Step(
        marked("The views"),
        marked(
            "The wheel scrolls, dragging sets the window, a click places the crosshair in all planes. The "
            "middle button pans, the right one zooms. A double click fills the viewer with one view, and "
            "back."
        ),
        "viewer",
    ),
    Step(
        marked("Measures and layouts"),
        marked(
            "Lengths, RECIST diameters, angles and HU of a region, from this row: draw with the left button, "
            "pull at the handles, Esc puts the tool down. Layouts and a second series to compare are here "
            "too."
        ),
        "viewer",
    ),
    Step(
        marked("The region of interest"),
        marked(
            "Load the tumour's outline, or draw it with the brush. Each stroke is kept at once, and undone "
            "with Ctrl+Z."
        ),
        "roi_panel",
    ),
    Step(
        marked("Prognosis"),
        marked(
            "Predict asks every installed system. A card tells its score, for whom it was fitted, and when "
            "not to trust it."
        ),
        "prognosis_panel",
    ),
    Step(
        marked("Everything by name"),
        marked(
            "Ctrl+K finds any command by what you type of it, ? shows all keys, and File › Settings changes "
            "them."
        ),
    ),
)


class Tour(QDialog):
    """One card that moves along the window; the window stays usable beside it."""

    def __init__(self, window: QWidget, open_demo: Callable[[], None]) -> None:
        super().__init__(window)
        self.setWindowTitle(tr("Tour"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(WIDTH)
        self._window = window
        self.number = 0
        self.title = QLabel()
        self.title.setObjectName("panelTitle")
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.place = QLabel()
        self.place.setObjectName("muted")
        self.demo = QPushButton(tr("Open the synthetic case"))
        self.demo.setAutoDefault(False)
        self.demo.clicked.connect(open_demo)
        self.back = QPushButton(tr("Back", "to the step before"))
        self.back.setAutoDefault(False)
        self.back.clicked.connect(lambda: self.go_to(self.number - 1))
        self.onwards = QPushButton()
        self.onwards.setObjectName("primary")
        self.onwards.setDefault(True)
        self.onwards.clicked.connect(lambda: self.go_to(self.number + 1))
        buttons = QHBoxLayout()
        buttons.addWidget(self.place)
        buttons.addStretch(1)
        buttons.addWidget(self.back)
        buttons.addWidget(self.onwards)
        layout = QVBoxLayout(self)
        layout.addWidget(self.title)
        layout.addWidget(self.text)
        layout.addWidget(self.demo, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addLayout(buttons)
        self.go_to(0)

    def go_to(self, number: int) -> None:
        """Show a step; behind the last one the tour ends."""
        if number >= len(STEPS):
            self.close()
            return
        self.number = max(number, 0)
        step = STEPS[self.number]
        self.title.setText(spoken(step.title))
        self.text.setText(spoken(step.text))
        self.place.setText(tr("{at} of {count}").format(at=self.number + 1, count=len(STEPS)))
        self.demo.setVisible(self.number == 0)
        self.back.setVisible(self.number > 0)
        self.onwards.setText(tr("Done") if self.number + 1 == len(STEPS) else tr("Next"))
        self.adjustSize()
        self.move(self._corner(step))

    def _corner(self, step: Step) -> QPoint:
        """Beside the part that is told about, inside the window; in its middle where there is none."""
        window = self._window
        if not step.beside:
            return window.mapToGlobal(window.rect().center()) - self.rect().center()
        part: QWidget = getattr(window, step.beside)
        at = part.mapTo(window, QPoint(0, 0))
        # To the right of what is on the left, and to the left of what is on the right.
        left_half = at.x() + part.width() / 2 < window.width() / 2
        across = at.x() + part.width() + 12 if left_half else at.x() - self.width() - 12
        if part.width() > window.width() / 2.5:
            across = at.x() + part.width() // 2 - self.width() // 2
        inside = min(max(across, 8), window.width() - self.width() - 8)
        down = min(at.y() + 60, window.height() - self.height() - 8)
        return window.mapToGlobal(QPoint(inside, down))
