"""The few questions and answers that need a dialog."""

from __future__ import annotations

import html

from PySide6.QtWidgets import QInputDialog, QMessageBox, QWidget

from ctprog_gui import __version__
from ctprog_gui.core.dicom.series import Anomaly
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.state.core_words import phrase
from ctprog_gui.state.language import tr
from ctprog_gui.state.settings import Settings
from ctprog_gui.state.volume_words import volume_words
from ctprog_gui.views.key_map import KeyMap


def choose_regions(parent: QWidget, masks: list[Mask], *, several: bool) -> list[Mask]:
    """Which region of a file, or all where `several` may be taken; a volume stands beside its name."""
    rows = [f"{mask.name}  ({volume_words(mask.volume_mm3)})" for mask in masks]
    if several:
        rows.append(tr("All {count} regions").format(count=len(masks)))
    chosen, ok = QInputDialog.getItem(
        parent, tr("Load ROI"), tr("The file holds several regions:"), rows, 0, False
    )
    if not ok:
        return []
    # Names may be alike; the last row is the only one that no region has.
    at = rows.index(chosen)
    return [masks[at]] if at < len(masks) else masks


def accept_anomalies(parent: QWidget, anomalies: tuple[Anomaly, ...]) -> bool:
    """Whether to predict on a series whose distances can't be trusted."""
    told = "".join(f"<li><b>{phrase(a.code)}</b>: {html.escape(phrase(a.detail))}</li>" for a in anomalies)
    answer = QMessageBox.warning(
        parent,
        tr("Predict on this series?"),
        tr(
            "Distances and positions in this series may be wrong:{list}A prediction on it may be misleading."
        ).format(list=f"<ul>{told}</ul>"),
        QMessageBox.StandardButton.Ok | QMessageBox.StandardButton.Cancel,
        QMessageBox.StandardButton.Cancel,
    )
    return answer == QMessageBox.StandardButton.Ok


def ask_for_name(parent: QWidget) -> bool:
    """Whether an exported page bears the patient's name; without a choice it doesn't."""
    answer = QMessageBox.question(
        parent,
        tr("Patient's name"),
        tr("Write the patient's name and ID on the page?"),
        QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No,
        QMessageBox.StandardButton.No,
    )
    return answer == QMessageBox.StandardButton.Yes


def show_about(parent: QWidget) -> None:
    told = (
        f"<b>CTProg {__version__}</b>",
        tr("Survival prognosis from CT."),
        "<b>"
        + tr("Research use only.")
        + "</b> "
        + tr("Not a medical device; not for diagnosis or treatment decisions."),
        "Apache License 2.0",
    )
    QMessageBox.about(
        parent,
        tr("About CTProg"),
        "".join(f"<p>{line}</p>" for line in told),
    )


def show_keys(parent: QWidget, settings: Settings) -> None:
    """The key map."""
    KeyMap(settings, parent).exec()


def of_series(told: str, series: str) -> str:
    """A line with the series that it is about, where there are two."""
    return tr("{told} (series {series})").format(told=told, series=series) if series else told
