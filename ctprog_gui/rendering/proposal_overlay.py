"""What a proposal would change, on a slice: what comes, what goes, and the outline it would have."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkRenderingCore import vtkRenderer

from ctprog_gui.core.imaging.oblique import ObliquePlane
from ctprog_gui.core.imaging.planes import PlaneOfVolume
from ctprog_gui.core.roi.edit import Box, union
from ctprog_gui.rendering.outline import Outline, region
from ctprog_gui.rendering.section_fill import SectionFill
from ctprog_gui.state.proposal import Change, Proposal
from ctprog_gui.state.session import Session

# White and a red that lies outside the segments' palette, told apart in grey as well.
OUTLINE = (255, 255, 255)
COMES = (255, 255, 255, 90)
GOES = (214, 30, 60, 150)
_LAYER = 3


class ProposalOverlay:
    """Drawn only on slices that the proposal's box meets, and only from what lies in the box."""

    def __init__(self, renderer: vtkRenderer, session: Session) -> None:
        self._session = session
        self._renderer = renderer
        self._scale = 1.0
        self._outlines: list[Outline] = []
        self._fill = SectionFill()
        renderer.AddViewProp(self._fill.prop)

    def set_scale(self, scale: float) -> None:
        self._scale = scale
        for outline in self._outlines:
            outline.set_scale(scale)

    def update(self, plane: PlaneOfVolume | None, number: int) -> None:
        """Draw the current proposal on a slice, or nothing where there is none."""
        proposal = self._session.proposal.current
        for outline in self._outlines:
            outline.actor.VisibilityOff()
        shown = plane is not None and proposal is not None and self._draw(proposal, plane, number)
        self._fill.prop.SetVisibility(shown)

    def _draw(self, proposal: Proposal, plane: PlaneOfVolume, number: int) -> bool:
        sections = []
        for change in proposal.changes:
            after = region(change.shape, proposal.box, plane, number, 1, part=True)
            was = region(change.before, proposal.box, plane, number, 1, part=True)
            if after is None or was is None:
                return False
            if after[0].any() or was[0].any():
                sections.append((change, after, was))
        if not sections:
            return False
        _, (inside, corner), _ = sections[0]
        comes, goes = np.zeros_like(inside), np.zeros_like(inside)
        while len(self._outlines) < len(sections):
            outline = Outline(2.5)
            outline.set_scale(self._scale)
            self._renderer.AddActor(outline.actor)
            self._outlines.append(outline)
        for outline, (change, after, was) in zip(self._outlines, sections, strict=False):
            comes |= after[0] & ~was[0]
            goes |= was[0] & ~after[0]
            whole = self._whole(change, proposal.box, plane, number)
            outline.set(*whole, number, plane, OUTLINE, _LAYER + 1)
            outline.actor.VisibilityOn()
        colours = np.zeros((*inside.shape, 4), np.uint8)
        colours[goes] = GOES
        # What one segment loses to another comes.
        colours[comes] = COMES
        self._fill.set(colours, corner, number, plane, _LAYER)
        return True

    def _whole(
        self, change: Change, within: Box, plane: PlaneOfVolume, number: int
    ) -> tuple[NDArray[np.bool_], tuple[int, int]]:
        """All of the segment on the slice as it would be, and where the section begins.

        Not only the proposal's box: where that cuts through the segment is no outline.
        """
        roi = self._session.roi
        reached = union(roi.extent(change.label), within)
        assert reached is not None
        box = list(reached)
        if not isinstance(plane, ObliquePlane):
            box[2 - plane.axis] = slice(number, number + 1)
        z, y, x = box
        voxels = roi.inside(change.label, (z, y, x)).copy()
        here, there = [], []
        for part, proposed in zip(box, within, strict=True):
            low, high = max(part.start, proposed.start), min(part.stop, proposed.stop)
            here.append(slice(low - part.start, high - part.start))
            there.append(slice(low - proposed.start, high - proposed.start))
        voxels[tuple(here)] = change.shape[tuple(there)]
        found = region(voxels, (z, y, x), plane, number, 1, part=True)
        assert found is not None
        return found
