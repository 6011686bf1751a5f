"""The four linked views and the attention strip beside the axial one."""

from __future__ import annotations

from PySide6.QtCore import QKeyCombination, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ctprog_gui.charts.attention_strip import AttentionStrip
from ctprog_gui.charts.film_strip import FilmStrip
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.imaging.thumbnail import thumbnail
from ctprog_gui.core.inference.prediction import Prediction, key_slices
from ctprog_gui.rendering.images import SharedImages
from ctprog_gui.state.comparison import Comparison
from ctprog_gui.state.core_words import phrase
from ctprog_gui.state.language import spoken, tr
from ctprog_gui.state.listening import Listening
from ctprog_gui.state.session import Session
from ctprog_gui.state.study import Study
from ctprog_gui.state.viewports import Layout
from ctprog_gui.views.viewer.cine import CinePlayer
from ctprog_gui.views.viewer.slice_view import SliceView
from ctprog_gui.views.viewer.tiles import Split, Tiles, column, row
from ctprog_gui.views.viewer.view_bar import ViewBar
from ctprog_gui.views.viewer.volume_view import VolumeView

VOLUME = "volume"
COMPARED = "compared "
COMPARED_PLANES = (Plane.AXIAL, Plane.CORONAL)
FILM_FRAMES = 8


def _layouts() -> dict[Layout, Split]:
    """Each layout with its seams where they are at first."""
    axial, coronal, sagittal = (plane.value for plane in Plane)
    return {
        Layout.ONE_AND_THREE: row(axial, column(coronal, sagittal, VOLUME), shares=[3.0, 2.0]),
        Layout.FOUR: column(row(axial, coronal), row(sagittal, VOLUME)),
        Layout.COMPARE: column(
            row(axial, COMPARED + axial), row(coronal, COMPARED + coronal), shares=[3.0, 2.0]
        ),
    }


class Viewer(QWidget):
    """Three planes and the volume, and a second series beside them, as the layout says."""

    pointed = Signal(object)
    pointed_in_compared = Signal(object)

    def __init__(
        self, session: Session, comparison: Comparison | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self.comparison = comparison or Comparison(session)
        self._images = SharedImages(session)
        self.slices = {plane: SliceView(session, self._images, plane) for plane in Plane}
        self.volume = VolumeView(session)
        self.strip = AttentionStrip()
        self.strip.slice_chosen.connect(session.viewports.go_to_axial)
        title = QLabel(tr("Attention"))
        title.setObjectName("stripTitle")
        title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        title.setToolTip(tr("How much the selected model weighted each slice; click to go there"))
        self._attention = QWidget()
        self._attended: tuple[Study | None, Prediction | None] = (None, None)
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
        self.compared: dict[Plane, SliceView] = {}
        self._compared_images: SharedImages | None = None
        self._layouts = _layouts()
        views = {plane.value: view for plane, view in self.slices.items()}
        self.tiles = Tiles({**views, Plane.AXIAL.value: left, VOLUME: self.volume})
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self.bar = ViewBar()
        layout.addWidget(self.bar)
        layout.addWidget(self.tiles, 1)
        self.film = FilmStrip()
        self.film.setToolTip(tr("The slices that the selected model weighted most; click to go there"))
        self.film.slice_chosen.connect(session.viewports.go_to_axial)
        self.film.hide()
        layout.addWidget(self.film)

        for plane, view in self.slices.items():
            view.canvas.pointed.connect(self.pointed)
            view.canvas.taken.connect(lambda: self.comparison.take(session))
            view.canvas.maximise.connect(lambda name=plane.value: self._toggle(name))
        self.volume.canvas.maximise.connect(lambda: self._toggle(VOLUME))
        viewports = session.viewports
        self.films = [CinePlayer(one.viewports, self) for one in (session, self.comparison.other)]
        self._listening = Listening(
            (viewports.maximised_changed, self._arrange),
            (viewports.layout_changed, self._arrange),
            (viewports.active_changed, self._on_active_change),
            (self.comparison.changed, self._on_comparison_change),
            (session.at_hand_changed, self._on_hand_change),
            (viewports.crosshair_changed, self._on_crosshair_change),
            (viewports.window_changed, self._on_window_change),
            (session.prognosis.selection_changed, self._on_attention_change),
            (session.prognosis.predictions_changed, self._on_attention_change),
        )
        self._arrange()
        self._on_active_change()

    def finalise(self) -> None:
        """Free the graphics of all views; nothing may be drawn afterwards."""
        self._listening.end()
        for film in self.films:
            film.finalise()
        for view in (*self.slices.values(), *self.compared.values()):
            view.finalise()
        self.volume.finalise()
        if self._compared_images is not None:
            self._compared_images.close()
        self._images.close()

    def hear(self, action: QAction) -> None:
        """Have an action's key mean it in the views alone: elsewhere it moves through lists and fields."""
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.addAction(action)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        pressed = QKeySequence(QKeyCombination(held, Qt.Key(event.key())))
        for action in self.actions():
            if action.isEnabled() and action.shortcut() == pressed:
                action.trigger()
                return
        super().keyPressEvent(event)

    def reset(self) -> None:
        self.volume.canvas.reset()

    def _toggle(self, name: str) -> None:
        viewports = self._session.viewports
        viewports.maximised = None if viewports.maximised == name else name

    def _arrange(self) -> None:
        """Lay the views out as the state says; one view alone covers any layout."""
        viewports = self._session.viewports
        layout, only = viewports.layout, viewports.maximised
        if layout is Layout.COMPARE:
            self._make_compared()
        if only is None:
            self.tiles.arrange(self._layouts[layout])
        elif layout is Layout.COMPARE and only in {plane.value for plane in COMPARED_PLANES}:
            self.tiles.arrange(row(only, COMPARED + only))
        else:
            self.tiles.arrange(row(only))
        self.comparison.follow()

    def _make_compared(self) -> None:
        """The views of the second series: made when first wanted, kept from then on."""
        if self.compared:
            return
        other = self.comparison.other
        self._compared_images = SharedImages(other)
        for plane in COMPARED_PLANES:
            view = self.compared[plane] = SliceView(other, self._compared_images, plane)
            view.canvas.pointed.connect(lambda point: self.pointed_in_compared.emit(point))
            view.canvas.taken.connect(lambda: self.comparison.take(other))
            view.canvas.maximise.connect(lambda name=plane.value: self._toggle(name))
            self.tiles.add(COMPARED + plane.value, view)
        self._on_comparison_change()
        self._on_active_change()

    def _on_comparison_change(self) -> None:
        for plane, view in self.compared.items():
            view.set_title(*compared_title(self.comparison, plane))
        self._on_hand_change()

    def _on_hand_change(self) -> None:
        beside, at_hand = self.comparison.beside, self._session.at_hand
        for views, session in ((self.slices, self._session), (self.compared, self.comparison.other)):
            for view in views.values():
                view.mark_at_hand(session is at_hand if beside else None)

    def _on_active_change(self) -> None:
        for plane, view in (*self.slices.items(), *self.compared.items()):
            view.mark_active(plane is self._session.viewports.active)

    def _on_crosshair_change(self) -> None:
        # The strip and the film count the series' own slices, however the planes are turned.
        study = self._session.study
        number = study.planes[Plane.AXIAL].slice_at(self._session.viewports.crosshair_mm) if study else 0
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
        if study is self._attended[0] and selected is self._attended[1]:
            # A new answer to what is selected is told twice.
            return
        self._attended = study, selected
        attention = selected.attention if selected else None
        fits = study is not None and study.planes[Plane.AXIAL].axis == 2 and attention is not None
        self._attention.setVisible(fits)
        self.film.setVisible(fits)
        if fits and study is not None:
            head_is_last = study.planes[Plane.AXIAL].towards_positive > 0
            self.strip.show_attention(attention, head_is_last=head_is_last)
            self._show_film()
            self._on_crosshair_change()


def compared_title(comparison: Comparison, plane: Plane) -> tuple[str, str]:
    """The header of a compared view and what its tooltip explains: how the two series correspond."""
    main, other = comparison.main.study, comparison.other.study
    title = tr("{plane} 2").format(plane=spoken(plane.value.capitalize()))
    if main is None or other is None:
        return title, ""
    told = [f"⚠ {', '.join(phrase(a.code) for a in other.info.refusals)}"] if other.info.refusals else []
    if main.info.patient.patient_id != other.info.patient.patient_id:
        told.append(tr("⚠ another patient ID"))
    if not comparison.linked:
        told.append(tr("not linked"))
        why = tr("Scroll both to the same place and link them again: Ctrl+L.")
    elif comparison.shares_frame:
        told.append(tr("linked"))
        why = tr("Both series share a frame of reference: the same position is the same place.")
    else:
        told.append(tr("linked by hand") if comparison.linked_by_hand else tr("⚠ linked by middles"))
        why = tr(
            "The series do not share a frame of reference, so nothing says which places correspond. "
            "Unlink (Ctrl+L), scroll both to the same place, and link them again."
        )
    return f"{title} · {' · '.join(told)}", why
