"""What the corners of a slice say: who, which series, which slice."""

from __future__ import annotations

from vtkmodules.vtkRenderingCore import vtkRenderer, vtkTextActor

from ctprog_gui.core.imaging.oblique import ObliquePlane
from ctprog_gui.core.imaging.planes import PlaneOfVolume
from ctprog_gui.rendering.lettering import drawable, write
from ctprog_gui.rendering.palette import ANNOTATION
from ctprog_gui.state.core_words import phrase
from ctprog_gui.state.language import tr
from ctprog_gui.state.study import Study
from ctprog_gui.state.viewports import Viewports

FONT_PIXELS = 13
SHADE = 0.4
# Narrower views stay free of text, which would lie over the picture; their header tells the slice.
NARROWEST_PIXELS = 420
# What a letter of this font takes at most, so that the two upper corners never meet.
LETTER_PIXELS = 7.5


class CornerText:
    """Patient at the upper left; series, slice and position at the upper right."""

    def __init__(self, renderer: vtkRenderer, viewports: Viewports) -> None:
        self._viewports = viewports
        self._width, self._scale = 1, 1.0
        self.left = text_actor(ANNOTATION, FONT_PIXELS)
        self.right = text_actor(ANNOTATION, FONT_PIXELS)
        for actor in (self.left, self.right):
            actor.GetTextProperty().SetVerticalJustificationToTop()
            renderer.AddViewProp(actor)
        self.right.GetTextProperty().SetJustificationToRight()

    def place(self, width: int, height: int, margin: int, scale: float = 1.0) -> None:
        """Lay out in a view of some size in device pixels, of which text takes `scale` times as many."""
        self._width, self._scale = width, scale
        self.left.SetDisplayPosition(margin, height - margin)
        self.right.SetDisplayPosition(width - margin, height - margin)

    def tell(self, study: Study | None, stack: PlaneOfVolume | None, number: int) -> None:
        """Say what slice `number` of a stack is; None empties the corners."""
        narrow = self._width < NARROWEST_PIXELS * self._scale
        if study is None or stack is None or narrow or not self._viewports.annotated:
            self.left.SetInput("")
            self.right.SetInput("")
            return
        self._set(self.left, _who(study, self._viewports.identity_visible))
        # Date and description tell those who know the patient which study it is.
        shown = self._viewports.identity_visible or study.synthetic
        facts = [study.info.patient.study_date, study.info.description] if shown else []
        line = slice_line(stack, number)
        if isinstance(stack, ObliquePlane):
            line = drawable(line, _line(stack, number, stack.position_words(number)))
        self._set(self.right, [*(f for f in facts if f), line])

    def _set(self, actor: vtkTextActor, lines: list[str]) -> None:
        letters = max(int(self._width / 2.4 / (LETTER_PIXELS * self._scale)), 8)
        told = "\n".join(line if len(line) <= letters else line[: letters - 1] + "…" for line in lines)
        write(actor, told)


def slice_line(stack: PlaneOfVolume, number: int) -> str:
    """Number and position of a slice: "12 / 134   S 45.0 mm"; of a turned one its angle."""
    words = stack.position_words(number)
    return _line(stack, number, phrase(words) if isinstance(stack, ObliquePlane) else words)


def _line(stack: PlaneOfVolume, number: int, place: str) -> str:
    return f"{number + 1} / {stack.count}   {place}"


def text_actor(colour: tuple[float, float, float], size: int, *, bold: bool = False) -> vtkTextActor:
    """Text at a place of the view, legible over anything."""
    actor = vtkTextActor()
    shape = actor.GetTextProperty()
    shape.SetColor(*colour)
    shape.SetFontSize(size)
    shape.SetBold(bold)
    # A shadow and a shade behind keep letters legible over bright bone, and over all but lung in its window.
    shape.ShadowOn()
    shape.SetBackgroundColor(0, 0, 0)
    shape.SetBackgroundOpacity(SHADE)
    actor.PickableOff()
    return actor


def _who(study: Study, identity_visible: bool) -> list[str]:
    patient = study.info.patient
    if study.synthetic:
        return [drawable(tr("Synthetic case"), "Synthetic case")]
    if not identity_visible:
        return [drawable(tr("Patient not shown"), "Patient not shown")]
    facts = "  ".join(f for f in (patient.age, patient.sex) if f)
    # Collections often give the ID as the name: once is enough.
    return [line for line in dict.fromkeys((patient.name, patient.patient_id, facts)) if line]
