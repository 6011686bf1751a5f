"""The regions of interest: which there are, the tools that draw them, and what the active one measures."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDoubleSpinBox,
    QGridLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ctprog_gui.state.comparison import Comparison
from ctprog_gui.state.language import marked, spoken, tr
from ctprog_gui.state.listening import Listening
from ctprog_gui.state.session import Session
from ctprog_gui.state.stroke import MAX_RADIUS_MM, MIN_RADIUS_MM, PAINTING, Tool
from ctprog_gui.state.volume_words import volume_words
from ctprog_gui.views.key_tips import with_key
from ctprog_gui.views.panels.effects_panel import EffectsPanel
from ctprog_gui.views.panels.limit_controls import LimitControls
from ctprog_gui.views.panels.scissors_options import ScissorsOptions
from ctprog_gui.views.panels.scrolled import Scrolled
from ctprog_gui.views.panels.segment_table import SegmentTable
from ctprog_gui.views.panels.series_switch import SeriesSwitch

# Button, and what to do with the tool in the hand.
_TOOLS = {
    Tool.NAVIGATE: (marked("Navigate"), ""),
    Tool.BRUSH: (marked("Brush"), marked("Drag paints, Ctrl erases.")),
    Tool.ERASER: (marked("Eraser"), marked("Drag erases, Ctrl paints.")),
    Tool.ADAPTIVE: (
        marked("Adapt"),
        marked("A brush that stays on the pointer's side of an edge; Ctrl erases."),
    ),
    Tool.FREEHAND: (marked("Lasso"), marked("Drag around it; Ctrl erases.")),
    Tool.POLYGON: (
        marked("Polygon"),
        marked("Click corners; Enter or a double click closes, Backspace takes back."),
    ),
    Tool.LIVEWIRE: (
        marked("Livewire"),
        marked("Click along an edge: the line clings to it. Enter or a double click closes."),
    ),
    Tool.SCISSORS: (
        marked("Scissors"),
        marked(
            "Draw a shape, on a slice or in the volume view (there Ctrl turns): the cut is shown first; "
            "Enter makes it, Esc does not."
        ),
    ),
    Tool.LEVEL: (
        marked("Level"),
        marked("The line of equal density under the pointer: a click paints what it encloses, Ctrl erases."),
    ),
    Tool.GROW: (marked("Grow"), marked("Click: what is as dense and connected is proposed.")),
    Tool.NODULE: (marked("Nodule"), marked("Click a solid lung nodule: its outline is proposed.")),
}
_COLUMNS = 3
# What a button of that many columns has room for, a little less than it asks for.
_BUTTON_PX = 80
# Less than it asks for, too: its words fit with less around them.
_NARROWEST_PX = 64


class RoiPanel(QGroupBox):
    """The segments, the tools and effects that change the chosen one, and what it measures."""

    load_wanted = Signal()
    save_wanted = Signal()

    def __init__(
        self, session: Session, comparison: Comparison | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(tr("ROI"), parent)
        self._session = session
        self.series = SeriesSwitch(comparison or Comparison(session))
        self.segments = SegmentTable(session)
        self.table = self.segments.table
        self.tools: dict[Tool, QToolButton] = {}
        group = self._group = QButtonGroup(self)
        tool_grid = QGridLayout()
        tool_grid.setSpacing(4)
        for tool, (title, _) in _TOOLS.items():
            title = spoken(title)
            button = QToolButton()
            button.setText(title)
            with_key(button, title, f"roi.tool.{tool.value}")
            button.setCheckable(True)
            button.clicked.connect(lambda _=False, tool=tool: self._take(tool))
            group.addButton(button)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.setMinimumWidth(_NARROWEST_PX)
            self.tools[tool] = button
        columns = _columns(self.tools.values())
        for at, button in enumerate(self.tools.values()):
            tool_grid.addWidget(button, at // columns, at % columns)
        self.hint = QLabel()
        self.hint.setObjectName("muted")
        self.hint.setWordWrap(True)
        self.scissors = ScissorsOptions(session)
        self.limits = LimitControls(session)
        tool_grid.addWidget(
            self.limits.button,
            len(_TOOLS) // columns,
            len(_TOOLS) % columns,
            1,
            columns - len(_TOOLS) % columns,
        )
        self.effects = EffectsPanel(session)
        self.radius = QDoubleSpinBox()
        self.radius.setRange(2 * MIN_RADIUS_MM, 2 * MAX_RADIUS_MM)
        self.radius.setSuffix(" mm")
        self.radius.setDecimals(1)
        with_key(self.radius, tr("Diameter of the brush, also by Shift + wheel"), "roi.smaller", "roi.larger")
        self.radius.valueChanged.connect(self._on_radius)
        self.ball = QCheckBox("3D")
        with_key(self.ball, tr("Paint a ball instead of a disc"), "roi.ball")
        self.ball.toggled.connect(self._on_ball)
        self._size = QWidget()
        size_row = QHBoxLayout(self._size)
        size_row.setContentsMargins(0, 0, 0, 0)
        size_row.addWidget(QLabel(tr("Size")))
        size_row.addWidget(self.radius, 1)
        size_row.addWidget(self.ball)
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(0, 100)
        self.opacity.setToolTip(tr("Opacity of the fill; the outline stays"))
        self.opacity.valueChanged.connect(self._on_opacity)
        fill = QHBoxLayout()
        fill.addWidget(QLabel(tr("Fill")))
        fill.addWidget(self.opacity, 1)
        self.measures = QLabel()
        self.measures.setObjectName("measures")
        # The table's words break into lines rather than push its figures out of sight.
        self.measures.setWordWrap(True)
        self.load = QPushButton(tr("Load…"))
        with_key(self.load, tr("Load ROI: SEG, RTSTRUCT, NIfTI, NRRD or MHA"), "roi.load")
        self.load.clicked.connect(self.load_wanted)
        self.save = QPushButton(tr("Save…"))
        with_key(self.save, tr("Save ROI: SEG, RTSTRUCT, NIfTI, NRRD or MHA"), "roi.save")
        self.save.clicked.connect(self.save_wanted)
        files = QHBoxLayout()
        files.addWidget(self.load)
        files.addWidget(self.save)
        inner = QWidget()
        layout = QVBoxLayout(inner)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.series)
        layout.addWidget(self.segments, 1)
        layout.addLayout(tool_grid)
        layout.addWidget(self.hint)
        layout.addWidget(self._size)
        layout.addWidget(self.scissors)
        layout.addWidget(self.limits)
        layout.addWidget(self.effects)
        layout.addLayout(fill)
        layout.addWidget(self.measures)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(4, 9, 4, 9)
        self.scrolled = Scrolled(inner)
        outer.addWidget(self.scrolled, 1)
        outer.addLayout(files)
        self._connect()
        self._on_tools_change()

    def show_series(self, session: Session) -> None:
        """Show another series' segments, and work on them."""
        self._disconnect()
        self._session = session
        self.segments.show_series(session)
        self.effects.show_series(session)
        self._connect()
        self.measures.setText("")
        self._on_measures_change()

    def _connect(self) -> None:
        session = self._session
        self._listening = Listening(
            (session.roi.segments_changed, self._on_segments_change),
            (session.roi.measures_changed, self._on_measures_change),
            (session.second_reader.agreement_changed, self._on_measures_change),
            (session.study_changed, self._on_study_change),
            (session.reading.changed, self._on_segments_change),
            (session.tools.changed, self._on_tools_change),
            (session.proposal.changed, self._on_proposal_change),
        )
        self._on_segments_change()

    def _disconnect(self) -> None:
        self._listening.end()

    def finalise(self) -> None:
        self.series.finalise()
        self.segments.finalise()
        self.effects.finalise()
        self.scissors.finalise()
        self.limits.finalise()
        self._disconnect()

    def _on_study_change(self) -> None:
        # Figures of another patient are not shown, not even faint.
        self.measures.setText("")
        self._on_segments_change()

    def _on_segments_change(self) -> None:
        roi = self._session.roi
        opened = self._session.study is not None
        self.load.setEnabled(opened and not self._session.reading.barred("roi.load"))
        self.save.setEnabled(bool(roi.segments))
        for button in self.tools.values():
            button.setEnabled(opened)
        active = roi.active
        self.opacity.setEnabled(active is not None)
        self.opacity.blockSignals(True)
        self.opacity.setValue(round(100 * active.opacity) if active else 0)
        self.opacity.blockSignals(False)

    def _on_measures_change(self) -> None:
        measures = self._session.roi.measures
        if measures is None:
            # The last figures stay, faint, while new ones are taken: no flicker under the brush.
            self.measures.setEnabled(False)
            if self._session.roi.active is None:
                self.measures.setText("")
            return
        rows = [(tr("Volume"), volume_words(measures.volume_mm3))]
        if measures.mean_hu is not None:
            rows += [
                (tr("HU, mean ± SD"), f"{measures.mean_hu:.0f} ± {measures.sd_hu or 0:.0f}"),
                (
                    tr("HU, range"),
                    tr("{low} to {high}").format(
                        low=f"{measures.min_hu or 0:.0f}", high=f"{measures.max_hu or 0:.0f}"
                    ),
                ),
                (tr("Longest axial"), f"{measures.longest_diameter_mm:.1f} mm"),
                (tr("Perpendicular"), f"{measures.perpendicular_diameter_mm:.1f} mm"),
                (tr("Longest in 3D"), f"{measures.max_3d_diameter_mm:.1f} mm"),
                (tr("Surface"), f"{measures.surface_mm2 / 100:.1f} cm²"),
                (tr("Sphericity"), f"{measures.sphericity or 0:.2f}"),
                (tr("Largest slice"), f"{(measures.largest_slice_index or 0) + 1}"),
            ]
        second = self._session.second_reader
        agreed = second.agreement
        if agreed is not None and second.mask is not None:
            rows.append((tr("Other reader's"), html.escape(second.mask.name)))
            rows.append((tr("Other: Dice"), f"{agreed.dice:.3f}"))
            if agreed.hd95_mm is not None:
                rows.append((tr("Other: HD95"), f"{agreed.hd95_mm:.1f} mm"))
            rows.append((tr("Other: 1 mm"), f"{agreed.surface_dice_1mm:.3f}"))
        cells = [f"<tr><td>{name}&nbsp;&nbsp;</td><td align=right>{told}</td></tr>" for name, told in rows]
        self.measures.setEnabled(True)
        self.measures.setText(f"<table width=100%>{''.join(cells)}</table>")

    def _on_proposal_change(self) -> None:
        if self._session.proposal.current is not None:
            # What asks for a yes is not out of sight; its buttons have their place after this.
            QTimer.singleShot(0, self, lambda: self.scrolled.ensureWidgetVisible(self.effects, 0, 8))

    def _on_tools_change(self) -> None:
        tools = self._session.tools
        # A tool of another panel leaves none of these pressed, which an exclusive group refuses.
        self._group.setExclusive(False)
        for tool, button in self.tools.items():
            button.setChecked(tool is tools.tool)
        self._group.setExclusive(True)
        hint = spoken(_TOOLS[tools.tool][1]) if tools.tool in _TOOLS else ""
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        self._size.setVisible(tools.tool in PAINTING)
        for widget in (self.radius, self.ball):
            widget.blockSignals(True)
        self.radius.setValue(2 * tools.brush.radius_mm)
        self.ball.setChecked(tools.brush.ball)
        for widget in (self.radius, self.ball):
            widget.blockSignals(False)

    def _take(self, tool: Tool) -> None:
        self._session.tools.tool = tool

    def _on_radius(self, diameter_mm: float) -> None:
        tools = self._session.tools
        tools.brush = replace(tools.brush, radius_mm=diameter_mm / 2)

    def _on_ball(self, ball: bool) -> None:
        tools = self._session.tools
        tools.brush = replace(tools.brush, ball=ball)

    def _on_opacity(self, percent: int) -> None:
        if self._session.roi.active is not None:
            self._session.roi.set_opacity(self._session.roi.active.label, percent / 100)


def _columns(buttons: Iterable[QToolButton]) -> int:
    """As many as let every button say all of its words, which are longer in some languages."""
    for button in buttons:
        button.ensurePolished()
        if button.sizeHint().width() > _BUTTON_PX:
            return _COLUMNS - 1
    return _COLUMNS
