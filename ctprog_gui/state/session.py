"""Everything that the application knows, in one place, without a toolkit."""

from __future__ import annotations

from psygnal import Signal

from ctprog_gui.core.dicom.series import Series
from ctprog_gui.state.prognosis import PrognosisState
from ctprog_gui.state.roi import RoiState
from ctprog_gui.state.study import Study
from ctprog_gui.state.viewports import Viewports


class Session:
    """The open study and what belongs to it.

    `found` are the series of the last opened path, of which one at most is the study.
    """

    study_changed = Signal()
    found_changed = Signal()

    def __init__(self) -> None:
        self.viewports = Viewports()
        self.roi = RoiState()
        self.prognosis = PrognosisState()
        self._study: Study | None = None
        self._found: tuple[Series, ...] = ()

    @property
    def study(self) -> Study | None:
        return self._study

    def show(self, study: Study | None) -> None:
        """Put a study on the screen; ROI, predictions and framing of the last one are dropped."""
        self._study = study
        self.prognosis.clear()
        self.roi.show(study.volume.geometry if study else None)
        self.viewports.show(study)
        self.study_changed.emit()

    @property
    def found(self) -> tuple[Series, ...]:
        return self._found

    @found.setter
    def found(self, series: tuple[Series, ...]) -> None:
        self._found = series
        self.found_changed.emit()
