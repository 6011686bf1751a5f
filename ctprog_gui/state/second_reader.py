"""A second ROI that the drawn one is compared with: another reader's, or an earlier state."""

from __future__ import annotations

from psygnal import Signal

from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.roi.agreement import Agreement


class SecondReader:
    """At most one region, kept apart from the label map, where it would take the drawn one's voxels.

    It is shown as an outline and never edited. `label` is the segment that it is compared with: the one
    that was active when it came, else the first one drawn after it.
    """

    changed = Signal()
    agreement_changed = Signal()

    def __init__(self) -> None:
        self._mask: Mask | None = None
        self._agreement: Agreement | None = None
        self.label: int | None = None

    @property
    def mask(self) -> Mask | None:
        return self._mask

    @mask.setter
    def mask(self, value: Mask | None) -> None:
        if value is not self._mask:
            self._mask = value
            self._agreement = None
            self.label = None
            self.changed.emit()
            self.agreement_changed.emit()

    @property
    def agreement(self) -> Agreement | None:
        """How far its segment agrees with it; None until that is known, and while another is active."""
        return self._agreement

    @agreement.setter
    def agreement(self, value: Agreement | None) -> None:
        if value is not self._agreement:
            self._agreement = value
            self.agreement_changed.emit()
