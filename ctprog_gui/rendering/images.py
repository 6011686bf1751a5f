"""The open study's VTK images, shared by all scenes."""

from __future__ import annotations

from psygnal import Signal

from ctprog_gui.rendering.vtk_image import VtkImage
from ctprog_gui.state.session import Session


class SharedImages:
    """One VTK image of the CT and one of the label map, both over the state's own arrays.

    Made before the scenes and so told of a change before them: when a scene hears of a new
    study or label map, the images here are already those.
    """

    changed = Signal()

    def __init__(self, session: Session) -> None:
        self._session = session
        self.volume: VtkImage | None = None
        self.labels: VtkImage | None = None
        session.study_changed.connect(self._on_study_change)
        session.roi.changed.connect(self._on_roi_change)
        self._on_study_change()
        self._on_roi_change(None)

    def close(self) -> None:
        self._session.study_changed.disconnect(self._on_study_change)
        self._session.roi.changed.disconnect(self._on_roi_change)
        self.volume = self.labels = None

    def _on_study_change(self) -> None:
        study = self._session.study
        self.volume = VtkImage(study.volume.voxels, study.volume.geometry) if study else None

    def _on_roi_change(self, _box: object) -> None:
        labels = self._session.roi.labels
        study = self._session.study
        if labels is None or study is None:
            self.labels = None
        elif self.labels is None:
            self.labels = VtkImage(labels, study.volume.geometry)
        else:
            self.labels.modified()
