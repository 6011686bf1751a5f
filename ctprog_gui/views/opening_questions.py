"""What the person is asked between opening a path and seeing a series."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from ctprog_gui.core.dicom.series import Handling, Series
from ctprog_gui.services.opening import Opening
from ctprog_gui.state.language import tr
from ctprog_gui.state.session import Session
from ctprog_gui.views.handling_dialog import HandlingDialog


class OpeningQuestions(QObject):
    """Which of several series, and how to take one whose slices make no regular grid."""

    def __init__(
        self, opening: Opening, session: Session, tell: Callable[[str], None], window: QWidget
    ) -> None:
        super().__init__(window)
        self._opening = opening
        self._session = session
        self._tell = tell
        self._window = window
        opening.choose_series.connect(self._on_choose_series)
        opening.choose_handling.connect(self._on_choose_handling)

    @Slot()
    def _on_choose_series(self) -> None:
        self._tell(tr("%n series found: double-click the one to open.", "", len(self._session.found)))

    @Slot(object, object)
    def _on_choose_handling(self, series: Series, ways: tuple[Handling, ...]) -> None:
        dialog = HandlingDialog(series.info, ways, self._window)
        dialog.chosen.connect(lambda way: self._opening.take(series, way))
        dialog.open()
