"""The few questions and answers that need a dialog."""

from __future__ import annotations

import html

from PySide6.QtWidgets import QInputDialog, QMessageBox, QWidget

from ctprog_gui import __version__
from ctprog_gui.commands.catalogue import COMMANDS, MENUS
from ctprog_gui.core.dicom.series import Anomaly
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.state.core_words import phrase
from ctprog_gui.state.language import marked, spoken, tr
from ctprog_gui.state.settings import Settings

MOUSE = (
    (marked("Wheel"), marked("scroll through slices")),
    (marked("Left drag"), marked("window: right is wider, down is a higher level")),
    (marked("Click, Shift + left drag"), marked("place the crosshair")),
    (marked("Middle or Ctrl + left drag"), marked("pan")),
    (marked("Right drag, Ctrl + wheel"), marked("zoom")),
    (
        marked("Drag a dot on the crosshair"),
        marked("turn the other two planes: oblique slices"),
    ),
    (marked("Double click"), marked("one view alone, and back")),
)


def choose_region(parent: QWidget, masks: list[Mask]) -> Mask | None:
    """Which region of a file; its volume stands beside its name."""
    rows = [f"{mask.name}  ({mask.volume_mm3 / 1000:.1f} cm³)" for mask in masks]
    chosen, ok = QInputDialog.getItem(
        parent, tr("Load ROI"), tr("The file holds several regions:"), rows, 0, False
    )
    return masks[rows.index(chosen)] if ok else None


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
    """The key map, drawn from the commands themselves."""
    rows = []
    for menu in MENUS:
        keyed = [(settings.key_of(c.id, c.shortcut), c) for c in COMMANDS if c.menu == menu]
        keyed = [(key, c) for key, c in keyed if key]
        if keyed:
            rows.append(f"<tr><th colspan=2 align=left>{spoken(menu)}</th></tr>")
            rows += [_row(key, spoken(c.title).rstrip("…")) for key, c in keyed]
    heading = tr("Mouse in a slice")
    rows.append(f"<tr><th colspan=2 align=left>{heading}</th></tr>")
    rows += [_row(spoken(what), spoken(does)) for what, does in MOUSE]
    box = QMessageBox(parent)
    box.setWindowTitle(tr("Keys and mouse"))
    box.setText(f"<table cellspacing=3>{''.join(rows)}</table>")
    box.exec()


def _row(what: str, does: str) -> str:
    return f"<tr><td>{html.escape(what)}&nbsp;&nbsp;</td><td>{html.escape(does)}</td></tr>"
