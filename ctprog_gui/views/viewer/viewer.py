"""The four linked views and the attention strip beside the axial one."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSplitter, QVBoxLayout, QWidget

from ctprog_gui.charts.attention_strip import AttentionStrip
from ctprog_gui.charts.film_strip import FilmStrip
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.imaging.thumbnail import thumbnail
from ctprog_gui.core.inference.prediction import key_slices
from ctprog_gui.rendering.images import SharedImages
from ctprog_gui.state.session import Session
from ctprog_gui.views.viewer.slice_view import SliceView
from ctprog_gui.views.viewer.volume_view import VolumeView

VOLUME = "volume"
FILM_FRAMES = 8


class Viewer(QWidget):
    """Axial large on the left; coronal, sagittal and volume in a column on the right."""

    pointed = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._images = SharedImages(session)
        self.slices = {plane: SliceView(session, self._images, plane) for plane in Plane}
        self.volume = VolumeView(session)
        self.strip = AttentionStrip()
        self.strip.slice_chosen.connect(lambda number: session.viewports.go_to_slice(Plane.AXIAL, number))
        title = QLabel("Attention")
        title.setObjectName("stripTitle")
        title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        title.setToolTip("How much the selected model weighted each slice; click to go there")
        self._attention = QWidget()
        stacked = QVBoxLayout(self._attention)
        stacked.setContentsMargins(0, 2, 0, 0)
        stacked.setSpacing(2)
        stacked.addWidget(title)
        stacked.addWidget(self.strip, 1)
        self._attention.hide()

        left = QWidget()
        beside = QHBoxLayout(left)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(0)
        beside.addWidget(self.slices[Plane.AXIAL], 1)
        beside.addWidget(self._attention)
        self._left = left
        self._column = QSplitter(Qt.Orientation.Vertical)
        for view in (self.slices[Plane.CORONAL], self.slices[Plane.SAGITTAL], self.volume):
            self._column.addWidget(view)
        self._column.setChildrenCollapsible(False)
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.addWidget(left)
        self._split.addWidget(self._column)
        self._split.setStretchFactor(0, 3)
        self._split.setStretchFactor(1, 2)
        self._split.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._split, 1)
        self.film = FilmStrip()
        self.film.setToolTip("The slices that the selected model weighted most; click to go there")
        self.film.slice_chosen.connect(lambda number: session.viewports.go_to_slice(Plane.AXIAL, number))
        self.film.hide()
        layout.addWidget(self.film)

        for plane, view in self.slices.items():
            view.canvas.pointed.connect(self.pointed)
            view.canvas.maximise.connect(lambda name=plane.value: self._toggle(name))
        self.volume.canvas.maximise.connect(lambda: self._toggle(VOLUME))
        viewports = session.viewports
        self._connections = (
            (viewports.maximised_changed, self._on_maximised_change),
            (viewports.crosshair_changed, self._on_crosshair_change),
            (viewports.window_changed, self._on_window_change),
            (session.prognosis.selection_changed, self._on_attention_change),
            (session.prognosis.predictions_changed, self._on_attention_change),
        )
        for signal, handler in self._connections:
            signal.connect(handler)

    def finalise(self) -> None:
        """Free the graphics of all views; nothing may be drawn afterwards."""
        for signal, handler in self._connections:
            signal.disconnect(handler)
        for view in self.slices.values():
            view.finalise()
        self.volume.finalise()
        self._images.close()

    def reset(self) -> None:
        self.volume.canvas.reset()

    def _toggle(self, name: str) -> None:
        viewports = self._session.viewports
        viewports.maximised = None if viewports.maximised == name else name

    def _on_maximised_change(self) -> None:
        only = self._session.viewports.maximised
        for plane, view in self.slices.items():
            view.setVisible(only in (None, plane.value))
        self.volume.setVisible(only in (None, VOLUME))
        self._left.setVisible(only in (None, Plane.AXIAL.value))
        self._column.setVisible(only != Plane.AXIAL.value)

    def _on_crosshair_change(self) -> None:
        number = self._session.viewports.slice_of(Plane.AXIAL)
        self.strip.go_to(number)
        self.film.go_to(number)

    def _on_window_change(self) -> None:
        if self.film.isVisible():
            self._show_film()

    def _show_film(self) -> None:
        """The most weighted slices, apart from each other: neighbours would look the same."""
        study, selected = self._session.study, self._session.prognosis.selected
        if study is None or selected is None or selected.attention is None:
            return
        window = self._session.viewports.window
        stack = study.planes[Plane.AXIAL]
        frames = [
            (row.slice_index, row.weight, thumbnail(study.volume, stack, row.slice_index, window))
            for row in key_slices(selected.attention, FILM_FRAMES)
        ]
        self.film.show_frames(frames)

    def _on_attention_change(self) -> None:
        """The strip stands beside the axial view, so it shows only a stack of axial slices."""
        study, selected = self._session.study, self._session.prognosis.selected
        attention = selected.attention if selected else None
        fits = study is not None and study.planes[Plane.AXIAL].axis == 2 and attention is not None
        self._attention.setVisible(fits)
        self.film.setVisible(fits)
        if fits and study is not None:
            head_is_last = study.planes[Plane.AXIAL].towards_positive > 0
            self.strip.show_attention(attention, head_is_last=head_is_last)
            self._show_film()
            self._on_crosshair_change()
