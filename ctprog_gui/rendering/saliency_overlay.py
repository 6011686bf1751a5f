"""What the score rests on, over a slice and as a surface in the volume view."""

from __future__ import annotations

from vtkmodules.vtkCommonCore import vtkLookupTable
from vtkmodules.vtkFiltersCore import vtkFlyingEdges3D
from vtkmodules.vtkRenderingCore import (
    vtkActor,
    vtkImageSlice,
    vtkImageSliceMapper,
    vtkPolyDataMapper,
    vtkRenderer,
)

from ctprog_gui.core.imaging.oblique import ObliquePlane
from ctprog_gui.core.imaging.planes import PlaneOfVolume
from ctprog_gui.core.imaging.slab import Slab
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.rendering.colour_maps import colours, fill_table
from ctprog_gui.rendering.oblique_fill import ObliqueFill
from ctprog_gui.rendering.reslicer import Reslicer
from ctprog_gui.rendering.vtk_image import VtkImage, prop_matrix
from ctprog_gui.state.session import Session

# Between the image and the regions of interest.
LIFT_MM = 0.025


class SaliencyOverlay:
    """The selected prediction's saliency on one plane; its grid may be coarser than the image's."""

    def __init__(self, renderer: vtkRenderer, session: Session) -> None:
        self._renderer = renderer
        self._prognosis = session.prognosis
        self._table = vtkLookupTable()
        self._mapper = vtkImageSliceMapper()
        self._mapper.BorderOn()
        self._slice = vtkImageSlice()
        self._slice.SetMapper(self._mapper)
        self._slice.PickableOff()
        self._slice.ForceTranslucentOn()
        look = self._slice.GetProperty()
        look.SetLookupTable(self._table)
        look.UseLookupTableScalarRangeOn()
        look.SetInterpolationTypeToLinear()
        self._shown: Volume | None = None
        self._stack: PlaneOfVolume | None = None
        self._oblique = ObliqueFill(self._table, smooth=True)
        renderer.AddViewProp(self._oblique.prop)
        self._reslicer: tuple[Volume, Reslicer] | None = None

    def update(self, stack: PlaneOfVolume | None) -> None:
        """Take the state's saliency and look, over the stack of slices that the view shows."""
        saliency, look = self._prognosis.saliency, self._prognosis.saliency_look
        oblique = isinstance(stack, ObliquePlane)
        if not oblique or saliency is None or not look.visible:
            self._oblique.hide()
            self._reslicer = None
        elif self._reslicer is None or self._reslicer[0] is not saliency:
            self._reslicer = saliency, Reslicer(saliency.voxels, saliency.geometry, outside=0)
        if oblique:
            fill_table(self._table, look.colour_map, look.threshold, look.opacity)
            stack = None
        if stack is None or saliency is None or not look.visible:
            self._renderer.RemoveViewProp(self._slice)
            self._mapper.SetInputData(None)
            self._shown = self._stack = None
            return
        if saliency is not self._shown:
            self._stack = PlaneOfVolume(saliency.geometry, stack.plane)
            self._mapper.SetOrientation(self._stack.axis)
            self._mapper.SetInputData(VtkImage(saliency.voxels, saliency.geometry).data)
            if self._shown is None:
                self._renderer.AddViewProp(self._slice)
            self._shown = saliency
        fill_table(self._table, look.colour_map, look.threshold, look.opacity)

    def go_to(self, stack: PlaneOfVolume, number: int) -> None:
        """Show the map where the image's slice `number` lies."""
        if isinstance(stack, ObliquePlane):
            if self._reslicer is not None:
                picture = self._reslicer[1].section(stack, number, Slab())
                self._oblique.show(picture, (0, 0), number, stack, LIFT_MM / 0.05)
            return
        if self._stack is None:
            return
        point = stack.point_on(number, stack.geometry.centre_mm)
        at = self._stack.slice_at(point)
        self._mapper.SetSliceNumber(at)
        # The coarser slice is drawn exactly on the image's slice, or it would hide behind it.
        apart = point - self._stack.point_on(at, point)
        self._slice.SetUserMatrix(
            prop_matrix(self._stack.geometry, apart + LIFT_MM * stack.towards_viewer_lps)
        )


class SaliencySurface:
    """The surface where the saliency crosses the threshold, translucent."""

    def __init__(self, renderer: vtkRenderer, session: Session) -> None:
        self._renderer = renderer
        self._prognosis = session.prognosis
        self._edges = vtkFlyingEdges3D()
        self._edges.ComputeScalarsOff()
        mapper = vtkPolyDataMapper()
        mapper.SetInputConnection(self._edges.GetOutputPort())
        self._actor = vtkActor()
        self._actor.SetMapper(mapper)
        self._actor.PickableOff()
        self._image: VtkImage | None = None
        self._shown: Volume | None = None

    def update(self) -> None:
        """Take the state's saliency and look."""
        saliency, look = self._prognosis.saliency, self._prognosis.saliency_look
        if saliency is None or not look.visible:
            self._renderer.RemoveActor(self._actor)
            self._edges.RemoveAllInputs()
            self._shown = self._image = None
            return
        if saliency is not self._shown:
            if self._shown is None:
                self._renderer.AddActor(self._actor)
            self._shown = saliency
            self._image = VtkImage(saliency.voxels, saliency.geometry)
            self._edges.SetInputData(self._image.data)
            self._actor.SetUserMatrix(prop_matrix(saliency.geometry))
        level = max(255 * look.threshold, 1.0)
        self._edges.SetValue(0, level)
        shade = self._actor.GetProperty()
        shade.SetColor(*colours(look.colour_map)[min(255, round(level) + 60)])
        shade.SetOpacity(max(0.05, 0.8 * look.opacity))
