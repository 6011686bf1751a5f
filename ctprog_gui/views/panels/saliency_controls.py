"""Showing or hiding what the score rests on."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QPushButton, QSlider, QWidget

from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.state.endpoint_words import OTHER_ROI
from ctprog_gui.state.language import spoken, tr
from ctprog_gui.state.listening import Listening
from ctprog_gui.state.map_words import map_slice, map_words
from ctprog_gui.state.prognosis import COLOUR_MAPS
from ctprog_gui.state.session import Session
from ctprog_gui.views.key_tips import with_key


class SaliencyControls(QWidget):
    """Switch, opacity, threshold and colour map; and how much of the map lies inside the ROI."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.shown = QCheckBox(tr("Show what the score rests on"))
        with_key(
            self.shown, tr("Grad-CAM of the answer that is looked at, over all views"), "prognosis.saliency"
        )
        self.shown.toggled.connect(lambda on: self._change(visible=on))
        self.opacity = self._slider(tr("Opacity of the overlay"), "opacity")
        self.threshold = self._slider(tr("Below this share of the maximum nothing is drawn"), "threshold")
        self.colour_map = QComboBox()
        self.colour_map.setToolTip(tr("Colours of the overlay"))
        for name in COLOUR_MAPS:
            self.colour_map.addItem(spoken(name), name)
        self.colour_map.currentIndexChanged.connect(lambda at: self._change(colour_map=COLOUR_MAPS[at]))
        self.mass = QLabel()
        self.mass.setObjectName("muted")
        self.mass.setWordWrap(True)
        self.stale = QLabel(spoken(OTHER_ROI))
        self.stale.setObjectName("outdated")
        self.stale.setWordWrap(True)
        self.place = QPushButton()
        self.place.setToolTip(tr("The slice on which most of the map lies"))
        self.place.clicked.connect(self._on_place_click)
        # Found once for a map: its slice, None where it has none.
        self._found: tuple[Volume, int | None] | None = None
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(self.shown, 0, 0, 1, 2)
        grid.addWidget(self.colour_map, 0, 2)
        for row, (name, widget) in enumerate(
            ((tr("Opacity"), self.opacity), (tr("Threshold"), self.threshold)), 1
        ):
            grid.addWidget(QLabel(name), row, 0)
            grid.addWidget(widget, row, 1, 1, 2)
        grid.addWidget(self.place, 3, 0, 1, 3)
        grid.addWidget(self.stale, 4, 0, 1, 3)
        grid.addWidget(self.mass, 5, 0, 1, 3)
        grid.setColumnStretch(1, 1)
        prognosis = session.prognosis
        self._listening = Listening(
            (prognosis.saliency_changed, self._on_change),
            (prognosis.selection_changed, self._on_change),
            (prognosis.endpoint_changed, self._on_change),
            (session.viewports.crosshair_changed, self._show_place),
            (prognosis.predictions_changed, self._on_change),
        )
        self._on_change()

    def finalise(self) -> None:
        self._listening.end()

    def _slider(self, tip: str, name: str) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(0, 100)
        slider.setToolTip(tip)
        slider.valueChanged.connect(lambda percent: self._change(**{name: percent / 100}))
        return slider

    def _change(self, **values: object) -> None:
        prognosis = self._session.prognosis
        prognosis.saliency_look = replace(prognosis.saliency_look, **values)

    def _on_change(self) -> None:
        prognosis = self._session.prognosis
        # It stays where a map is renewed: what lies below must not jump with each stroke.
        self.setVisible(prognosis.saliency is not None or prognosis.saliency_awaited)
        look = prognosis.saliency_look
        widgets = (self.shown, self.opacity, self.threshold, self.colour_map)
        for widget in widgets:
            widget.blockSignals(True)
        self.shown.setChecked(look.visible)
        self.opacity.setValue(round(100 * look.opacity))
        self.threshold.setValue(round(100 * look.threshold))
        self.colour_map.setCurrentIndex(COLOUR_MAPS.index(look.colour_map))
        for widget in widgets:
            widget.blockSignals(False)
        for widget in widgets[1:]:
            widget.setEnabled(look.visible)
        selected = prognosis.selected
        of_endpoint = selected is not None and bool(selected.endpoints)
        self.shown.setText(
            tr("Show what the network saw") if of_endpoint else tr("Show what the score rests on")
        )
        self._show_place()
        inside = selected.saliency_mass_in_roi if selected else None
        told = tr("{percent} % of it lies inside the ROI.")
        words = [] if inside is None else [told.format(percent=f"{100 * inside:.0f}")]
        if selected is not None:
            # One of several: whose answer it is stands first.
            words = map_words(selected) + words
        stale = selected is not None and prognosis.is_outdated(selected.bundle)
        if stale:
            # What share of it lies inside was of the ROI as it was.
            words = words[: len(words) - (inside is not None)]
        self.stale.setVisible(stale)
        if selected is not None and selected.saliency_short_mm is not None:
            left, back = selected.saliency_short_mm
            short = tr(
                "The map ends {left} mm to the left and {back} mm to the back before the network's patch "
                "does: its pooling leaves that edge out, so nothing can be traced there."
            )
            words.append(short.format(left=f"{left:g}", back=f"{back:g}"))
        # Until the next map's words are there, those before them leave their room.
        self.mass.setMinimumHeight(self.mass.height() if prognosis.saliency_awaited else 0)
        if prognosis.saliency_awaited:
            words = [tr("The map of this answer is still to come.")]
            if stale:
                words = [tr("Its map comes with the next prediction.")]
        self.mass.setText(" ".join(words))
        self.mass.setVisible(bool(words))

    def _map_slice(self) -> int | None:
        """The slice of the study on which most of the map lies."""
        where, study = self._session.prognosis.saliency, self._session.study
        if where is None or study is None:
            self._found = None
            return None
        if self._found is None or self._found[0] is not where:
            self._found = where, map_slice(where, study)
        return self._found[1]

    def _show_place(self) -> None:
        """Say where the map lies: on another slice than its own there may be nothing of it."""
        number, prognosis = self._map_slice(), self._session.prognosis
        if number is None and prognosis.saliency_awaited:
            self.place.setEnabled(False)
            return
        self.place.setVisible(number is not None and prognosis.saliency_look.visible)
        if number is not None:
            here = self._session.viewports.slice_of(Plane.AXIAL) == number
            told = (
                tr("Most of it lies on this slice, {number}")
                if here
                else tr("Go to slice {number}, where most of it lies")
            )
            self.place.setText(told.format(number=number + 1))
            self.place.setEnabled(not here)

    def _on_place_click(self) -> None:
        number = self._map_slice()
        if number is not None:
            self._session.viewports.go_to_axial(number)
