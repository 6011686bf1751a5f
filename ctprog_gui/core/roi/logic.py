"""A segment combined with another one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ctprog_gui.core.roi.effect import Part, Shape
from ctprog_gui.core.roi.margin import grown


class Operation(Enum):
    ADD = "Add"
    SUBTRACT = "Subtract"
    INTERSECT = "Intersect with"


@dataclass(frozen=True)
class Combine:
    """The segment with another one (`Part.other`) grown by a margin; the other stays as it is.

    In a label map no two segments share a voxel, so it is the margin that gives these their use:
    adding a tumour and 5 mm to an empty segment, where none may overlap, leaves the ring around it.
    """

    operation: Operation
    other_name: str
    margin_mm: float = 0.0

    @property
    def name(self) -> str:
        margin = f" + {self.margin_mm:g} mm" if self.margin_mm else ""
        return f"{self.operation.value} {self.other_name}{margin}"

    @property
    def reach_mm(self) -> float:
        return self.margin_mm

    def apply(self, part: Part) -> Shape:
        if part.other is None:
            raise ValueError("a second segment is wanted")
        other = grown(Part(part.other, part.spacing_mm), self.margin_mm)
        match self.operation:
            case Operation.ADD:
                return part.voxels | other
            case Operation.SUBTRACT:
                return part.voxels & ~other
            case Operation.INTERSECT:
                return part.voxels & other
