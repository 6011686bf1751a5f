"""Two readers' regions of the open case, and how far they agree on all cases, for whoever settles."""

from __future__ import annotations

from enum import Enum

from psygnal import Signal

from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.roi.agreement import Agreement
from ctprog_gui.core.roi.disagreement import Disagreement


class Ranking(Enum):
    """By what cases are listed, the greatest disagreement first."""

    DICE = "Dice"
    HD95 = "HD95"
    VOLUME = "volume"


class ReviewState:
    """`figures` are known by the number of the case once both readers have finished it.

    `shown_changed` tells that what is drawn over the images is new, `changed` that the figures or the
    ranking are.
    """

    changed = Signal()
    shown_changed = Signal()

    def __init__(self) -> None:
        self._readers: tuple[str, str] = ("", "")
        self._figures: dict[int, Agreement] = {}
        self._ranking = Ranking.DICE
        self._masks: tuple[Mask, Mask] | None = None
        self._disagreement: Disagreement | None = None
        self._visible = True
        self._comparing = False

    @property
    def readers(self) -> tuple[str, str]:
        """The names of A and B."""
        return self._readers

    def begin(self, readers: tuple[str, str]) -> None:
        self._readers, self._figures, self._ranking = readers, {}, Ranking.DICE
        self.show(None, None)
        self.changed.emit()

    @property
    def comparing(self) -> bool:
        """Whether figures are still being computed: which cases can be settled is not known meanwhile."""
        return self._comparing

    @comparing.setter
    def comparing(self, value: bool) -> None:
        if value != self._comparing:
            self._comparing = value
            self.changed.emit()

    @property
    def figures(self) -> dict[int, Agreement]:
        return self._figures

    @figures.setter
    def figures(self, value: dict[int, Agreement]) -> None:
        self._figures = value
        self.changed.emit()

    @property
    def ranking(self) -> Ranking:
        return self._ranking

    @ranking.setter
    def ranking(self, value: Ranking) -> None:
        if value is not self._ranking:
            self._ranking = value
            self.changed.emit()

    def ranked(self, count: int) -> tuple[int, ...]:
        """Numbers of all cases, the greatest disagreement first and those without figures last."""

        def apart(number: int) -> tuple[bool, float, int]:
            figures = self._figures.get(number)
            if figures is None:
                return True, 0.0, number
            if self._ranking is Ranking.HD95:
                # No distance at all where one found nothing: nothing is further apart.
                return False, -(figures.hd95_mm if figures.hd95_mm is not None else float("inf")), number
            if self._ranking is Ranking.VOLUME:
                return False, -abs(volume_difference(figures)), number
            return False, figures.dice, number

        return tuple(sorted(range(count), key=apart))

    @property
    def masks(self) -> tuple[Mask, Mask] | None:
        """A's region and B's, of the case on the screen."""
        return self._masks

    @property
    def disagreement(self) -> Disagreement | None:
        return self._disagreement

    def show(self, masks: tuple[Mask, Mask] | None, found: Disagreement | None) -> None:
        """Take the regions of the case that is on the screen now, and where they differ."""
        self._masks, self._disagreement = masks, found
        self.shown_changed.emit()

    @property
    def visible(self) -> bool:
        """Whether outlines and map are drawn."""
        return self._visible

    @visible.setter
    def visible(self, value: bool) -> None:
        if value != self._visible:
            self._visible = value
            self.shown_changed.emit()


def volume_difference(figures: Agreement) -> float:
    """B's volume less A's, as a share of their mean; 0 where both are empty."""
    mean = (figures.volume_a_mm3 + figures.volume_b_mm3) / 2
    return (figures.volume_b_mm3 - figures.volume_a_mm3) / mean if mean else 0.0
