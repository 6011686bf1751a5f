"""Where a ROI is saved, and whether one of another grid is taken."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from ctprog_gui.state.core_words import phrase
from ctprog_gui.state.language import tr

# The chosen row says what a .dcm file is to be, and gives a name without an ending its own.
KINDS = {
    "DICOM SEG (*.dcm)": (".dcm", "seg"),
    "DICOM RTSTRUCT (*.dcm)": (".dcm", "rtstruct"),
    "NRRD (*.nrrd)": (".nrrd", ""),
    "NIfTI (*.nii.gz *.nii)": (".nii.gz", ""),
    "MetaImage (*.mha)": (".mha", ""),
}
_ENDINGS = (".dcm", ".nrrd", ".nii.gz", ".nii", ".mha")


def ask_where_to_save(parent: QWidget, suggested: str) -> tuple[Path, str] | None:
    """A path with the ending of the chosen kind, and the kind of a DICOM object; None if called off."""
    safe = "".join(c if c.isalnum() or c in " -_." else "-" for c in suggested).strip() or "ROI"
    name, chosen = QFileDialog.getSaveFileName(parent, tr("Save ROI"), f"{safe}.dcm", ";;".join(KINDS))
    return chosen_path(name, chosen) if name else None


def chosen_path(name: str, chosen: str) -> tuple[Path, str]:
    """What was meant by a name and the row chosen for it: an ending of another row's gives way."""
    ending, kind = KINDS.get(chosen, (".dcm", "seg"))
    stem = name
    for known in _ENDINGS:
        if name.lower().endswith(known):
            if known == ending or (known == ".nii" and ending == ".nii.gz"):
                return Path(name), kind
            stem = name[: -len(known)]
            break
    return Path(stem + ending), kind


def accept_other_grid(parent: QWidget, difference: str) -> bool:
    """Whether a ROI of another grid is to be put on the image's; without a yes it is not."""
    answer = QMessageBox.question(
        parent,
        tr("A ROI of another grid"),
        phrase(difference)
        + "\n\n"
        + tr(
            "Put it on the image's grid by nearest neighbour? Its outline and volume will then differ a "
            "little."
        ),
        QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No,
        QMessageBox.StandardButton.No,
    )
    return answer == QMessageBox.StandardButton.Yes
