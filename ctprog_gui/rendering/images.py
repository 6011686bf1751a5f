"""The label map as a VTK image, shared by all scenes."""

from __future__ import annotations

from ctprog_gui.rendering.vtk_image import VtkImage
from ctprog_gui.state.session import Session


class SharedImages:
    """One VTK image over the state's own label map.

    Made before the scenes and so told of a change before them: when a scene hears of a new
    label map, the image here is already that one.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self.labels: VtkImage | None = None
        session.roi.changed.connect(self._on_roi_change)
        self._on_roi_change(None)

    def close(self) -> None:
        self._session.roi.changed.disconnect(self._on_roi_change)
        self.labels = None

    def _on_roi_change(self, _box: object) -> None:
        labels, grid = self._session.roi.labels, self._session.roi.geometry
        if labels is None or grid is None:
            self.labels = None
        elif self.labels is None:
            self.labels = VtkImage(labels, grid)
        else:
            self.labels.modified()
