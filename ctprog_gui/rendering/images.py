"""The label maps as VTK images, shared by all scenes."""

from __future__ import annotations

from ctprog_gui.rendering.vtk_image import VtkImage
from ctprog_gui.state.session import Session


class SharedImages:
    """A VTK image over each of the state's own label maps.

    Made before the scenes and so told of a change before them: when a scene hears of a new
    label map, its image is already here.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self.labels: tuple[VtkImage, ...] = ()
        session.roi.changed.connect(self._on_roi_change)
        self._on_roi_change(None)

    def close(self) -> None:
        self._session.roi.changed.disconnect(self._on_roi_change)
        self.labels = ()

    def _on_roi_change(self, _box: object) -> None:
        layers, grid = self._session.roi.layers, self._session.roi.geometry
        if not layers or grid is None:
            self.labels = ()
            return
        for image in self.labels:
            image.modified()
        self.labels += tuple(VtkImage(layer, grid) for layer in layers[len(self.labels) :])
