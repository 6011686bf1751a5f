"""How a slice is turned on the screen: by quarters, and seen from the other side."""

from __future__ import annotations

from dataclasses import dataclass

from ctprog_gui.core.imaging.geometry import Floats, direction_letters
from ctprog_gui.core.imaging.planes import PlaneOfVolume


@dataclass(frozen=True)
class Orientation:
    """Screen right and screen up, each as (right, up) of the plane in its radiological position."""

    right: tuple[int, int] = (1, 0)
    up: tuple[int, int] = (0, 1)

    def turned(self, *, clockwise: bool = True) -> Orientation:
        """A quarter turn: clockwise, what was on top goes to the right."""
        if clockwise:
            return Orientation(self.up, _opposite(self.right))
        return Orientation(_opposite(self.up), self.right)

    def flipped_across(self) -> Orientation:
        """Left and right of the screen change places."""
        return Orientation(_opposite(self.right), self.up)

    def flipped_along(self) -> Orientation:
        """Top and bottom of the screen change places."""
        return Orientation(self.right, _opposite(self.up))

    @property
    def mirrored(self) -> bool:
        """Whether the slice is seen from behind: the patient's sides are the wrong way round."""
        return self.right[0] * self.up[1] - self.right[1] * self.up[0] < 0

    @property
    def on_its_side(self) -> bool:
        """Whether the plane's width runs up the screen."""
        return self.right[0] == 0

    @property
    def standard(self) -> bool:
        return self == STANDARD

    def axes(self, stack: PlaneOfVolume) -> tuple[Floats, Floats]:
        """Unit vectors (LPS) of screen right and screen up."""
        right, up = (along[0] * stack.right_lps + along[1] * stack.up_lps for along in (self.right, self.up))
        return right, up

    def letters(self, stack: PlaneOfVolume) -> dict[str, str]:
        """Letters for the edges left, right, top and bottom."""
        right, up = self.axes(stack)
        ends = {"left": -right, "right": right, "top": up, "bottom": -up}
        return {edge: direction_letters(end) for edge, end in ends.items()}

    def extent_mm(self, stack: PlaneOfVolume) -> tuple[float, float]:
        """Width and height of a slice on the screen."""
        width, height = stack.extent_mm
        return (height, width) if self.on_its_side else (width, height)

    def moved_pan(self, pan_mm: tuple[float, float], other: Orientation) -> tuple[float, float]:
        """A pan along these screen axes as one along another's: the same point stays in the middle."""
        x, y = (pan_mm[0] * r + pan_mm[1] * u for r, u in zip(self.right, self.up, strict=True))
        return (
            x * other.right[0] + y * other.right[1],
            x * other.up[0] + y * other.up[1],
        )


def _opposite(along: tuple[int, int]) -> tuple[int, int]:
    return -along[0], -along[1]


STANDARD = Orientation()
