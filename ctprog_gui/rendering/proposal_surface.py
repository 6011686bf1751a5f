"""A proposal that was drawn in the volume view, shown there: what stays, and what goes in red."""

from __future__ import annotations

import numpy as np
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper, vtkRenderer

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.roi.edit import Box
from ctprog_gui.core.roi.effect import Shape
from ctprog_gui.rendering.roi_surface import roi_surface
from ctprog_gui.state.session import Session

GOES = (214 / 255, 30 / 255, 60 / 255)


class ProposalSurface:
    """While one is shown, the segments it changes are drawn by this in place of their own surfaces."""

    def __init__(self, renderer: vtkRenderer, session: Session) -> None:
        self._renderer = renderer
        self._session = session
        self._actors: list[vtkActor] = []

    def update(self) -> frozenset[int]:
        """Draw the current proposal; returns the labels of the segments that it stands for."""
        for actor in self._actors:
            self._renderer.RemoveActor(actor)
        self._actors = []
        proposal, study, roi = self._session.proposal.current, self._session.study, self._session.roi
        if proposal is None or study is None or not proposal.in_space:
            return frozenset()
        colours = {segment.label: segment.colour for segment in roi.segments}
        for change in proposal.changes:
            red, green, blue = (part / 255 for part in colours[change.label])
            grid = study.volume.geometry
            # A cut reaches all of its segment: outside the box there is none of it.
            self._add(change.shape, proposal.box, grid, (red, green, blue))
            self._add(change.before & ~change.shape, proposal.box, grid, GOES)
        return frozenset(change.label for change in proposal.changes)

    def _add(self, shape: Shape, box: Box, grid: Geometry, colour: tuple[float, float, float]) -> None:
        if not np.any(shape):
            return
        z, y, x = box
        part = grid.cropped((x.start, y.start, z.start), (shape.shape[2], shape.shape[1], shape.shape[0]))
        mapper = vtkPolyDataMapper()
        mapper.SetInputData(roi_surface(shape, part))
        actor = vtkActor()
        actor.SetMapper(mapper)
        surface = actor.GetProperty()
        surface.SetColor(*colour)
        surface.SetAmbient(0.2)
        surface.SetDiffuse(0.75)
        self._renderer.AddActor(actor)
        self._actors.append(actor)
