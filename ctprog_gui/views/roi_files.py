"""ROIs from files and into them: which file, which region, and whether one of another grid is taken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.services.opening import Opening
from ctprog_gui.state.core_words import phrase
from ctprog_gui.state.language import tr
from ctprog_gui.state.session import Session
from ctprog_gui.views import dialogs

ROI_ENDINGS = "*.dcm *.nii *.nii.gz *.nrrd *.mha"
# The chosen row says what a .dcm file is to be, and gives a name without an ending its own.
KINDS = {
    "DICOM SEG (*.dcm)": (".dcm", "seg"),
    "DICOM SEG, label map (*.dcm)": (".dcm", "labelmap"),
    "DICOM RTSTRUCT (*.dcm)": (".dcm", "rtstruct"),
    "NRRD (*.nrrd)": (".nrrd", ""),
    "NIfTI (*.nii.gz *.nii)": (".nii.gz", ""),
    "MetaImage (*.mha)": (".mha", ""),
}
_ENDINGS = (".dcm", ".nrrd", ".nii.gz", ".nii", ".mha")


class RoiFiles:
    """Answers what concerns ROI files. `tell` puts a line into the status bar.

    `series` tells which of two series is meant, and nothing where there is one.
    """

    def __init__(
        self,
        session: Session,
        opening: Opening,
        parent: QWidget,
        tell: Callable[[str], None],
        series: Callable[[], str] = str,
    ) -> None:
        self._series = series
        self._session = session
        self._opening = opening
        self._parent = parent
        self._tell = tell
        opening.choose_region.connect(self._on_choose_region)
        opening.other_grid.connect(self._on_other_grid)

    def load(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self._parent,
            dialogs.of_series(tr("Load ROI"), self._series()),
            "",
            tr("Regions ({endings});;All files (*)").format(endings=ROI_ENDINGS),
        )
        if name:
            self._opening.load_roi(Path(name))

    def save(self) -> None:
        active, series = self._session.at_hand.roi.active, self._series()
        where = ask_where_to_save(self._parent, active.name if active else "ROI", series)
        if where is not None:
            path, kind = where

            def told(left_out: list[str]) -> None:
                but = (
                    tr(" without what is empty: {names}").format(names=", ".join(left_out))
                    if left_out
                    else ""
                )
                told = tr("Saved {path}").format(path=path) + but
                if path.suffix.lower() == ".mha":
                    told += ". " + tr("MetaImage keeps no names: they come back as label 1, label 2 …")
                self._tell(dialogs.of_series(told, series))

            self._opening.save_roi(path, told, kind)

    def load_second_reader(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self._parent,
            tr("Another reader's ROI"),
            "",
            tr("Regions ({endings});;All files (*)").format(endings=ROI_ENDINGS),
        )
        if name:
            self._opening.load_roi(Path(name), self._compare_with)

    def _compare_with(self, masks: list[Mask]) -> None:
        second, active = self._session.second_reader, self._session.roi.active
        second.mask = masks[-1]
        second.label = active.label if active is not None else None

    def _on_other_grid(self, difference: str, take: Callable[[], None]) -> None:
        study = self._session.study
        if accept_other_grid(self._parent, difference) and self._session.study is study:
            take()

    def _on_choose_region(self, masks: list[Mask], add: Callable[[list[Mask]], None]) -> None:
        study = self._session.study
        # As segments all of them may come; a ROI is compared with one.
        several = add != self._compare_with
        chosen = dialogs.choose_regions(self._parent, masks, several=several)
        if chosen and self._session.study is study:
            add(chosen)


def ask_where_to_save(parent: QWidget, suggested: str, series: str = "") -> tuple[Path, str] | None:
    """A path with the ending of the chosen kind, and the kind of a DICOM object; None if called off."""
    safe = "".join(c if c.isalnum() or c in " -_." else "-" for c in suggested).strip() or "ROI"
    name, chosen = QFileDialog.getSaveFileName(
        parent, dialogs.of_series(tr("Save ROI"), series), f"{safe}.dcm", ";;".join(KINDS)
    )
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
