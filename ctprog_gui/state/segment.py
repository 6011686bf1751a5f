"""One named region of interest."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from ctprog_gui.state.language import marked

# Okabe and Ito's palette: told apart with any common colour blindness, and bright on grey.
COLOURS = ((230, 159, 0), (86, 180, 233), (0, 158, 115), (240, 228, 66), (213, 94, 0), (204, 121, 167))
# Kept in files as they stand here; on the screen `spoken`.
STATUSES = (marked("not started"), marked("in progress"), marked("done"), marked("flagged"))


@dataclass(frozen=True)
class Segment:
    """A region; `label` is its value in the label map `layer`. A locked one is not painted over.

    `status`, one of `STATUSES`, is how far the reader is with it.
    """

    label: int
    name: str
    colour: tuple[int, int, int]
    visible: bool = True
    opacity: float = 0.35
    locked: bool = False
    status: str = STATUSES[0]
    layer: int = 0

    def jumped(self, left: Segment, reached: Segment) -> Segment:
        """This segment after undo or redo from one state of it to another.

        Voxels and status are the step's; the looks stay what the person has made of them since.
        """
        status = reached.status if reached.status != left.status else self.status
        return replace(self, status=status, layer=reached.layer)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Segment:
        red, green, blue = value["colour"]
        return cls(**{**value, "colour": (red, green, blue)})
