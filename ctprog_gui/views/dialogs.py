"""The few questions and answers that need a dialog."""

from __future__ import annotations

import html

from PySide6.QtWidgets import QInputDialog, QMessageBox, QWidget

from ctprog_gui import __version__
from ctprog_gui.commands.catalogue import COMMANDS, MENUS
from ctprog_gui.core.dicom.series import Anomaly
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.state.settings import Settings

MOUSE = (
    ("Wheel", "scroll through slices"),
    ("Left drag", "window: right is wider, down is a higher level"),
    ("Click, Shift + left drag", "place the crosshair"),
    ("Middle or Ctrl + left drag", "pan"),
    ("Right drag, Ctrl + wheel", "zoom"),
    ("Double click", "one view alone, and back"),
)


def choose_region(parent: QWidget, masks: list[Mask]) -> Mask | None:
    """Which region of a file; its volume stands beside its name."""
    rows = [f"{mask.name}  ({mask.volume_mm3 / 1000:.1f} cm³)" for mask in masks]
    chosen, ok = QInputDialog.getItem(parent, "Load ROI", "The file holds several regions:", rows, 0, False)
    return masks[rows.index(chosen)] if ok else None


def accept_anomalies(parent: QWidget, anomalies: tuple[Anomaly, ...]) -> bool:
    """Whether to predict on a series whose distances can't be trusted."""
    told = "".join(f"<li><b>{a.code}</b>: {html.escape(a.detail)}</li>" for a in anomalies)
    answer = QMessageBox.warning(
        parent,
        "Predict on this series?",
        f"Distances and positions in this series may be wrong:<ul>{told}</ul>A prediction on it may be "
        "misleading.",
        QMessageBox.StandardButton.Ok | QMessageBox.StandardButton.Cancel,
        QMessageBox.StandardButton.Cancel,
    )
    return answer == QMessageBox.StandardButton.Ok


def ask_for_name(parent: QWidget) -> bool:
    """Whether an exported page bears the patient's name; without a choice it doesn't."""
    answer = QMessageBox.question(
        parent,
        "Patient's name",
        "Write the patient's name and ID on the page?",
        QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No,
        QMessageBox.StandardButton.No,
    )
    return answer == QMessageBox.StandardButton.Yes


def show_about(parent: QWidget) -> None:
    QMessageBox.about(
        parent,
        "About CTProg",
        f"<h3>CTProg {__version__}</h3><p>Survival prognosis from CT.</p><p><b>Research use only.</b> Not a "
        "medical device; not for diagnosis or treatment decisions.</p><p>Apache License 2.0</p>",
    )


def show_keys(parent: QWidget, settings: Settings) -> None:
    """The key map, drawn from the commands themselves."""
    rows = []
    for menu in MENUS:
        keyed = [(settings.key_of(c.id, c.shortcut), c) for c in COMMANDS if c.menu == menu]
        keyed = [(key, c) for key, c in keyed if key]
        if keyed:
            rows.append(f"<tr><th colspan=2 align=left>{menu}</th></tr>")
            rows += [_row(key, c.title.rstrip("…")) for key, c in keyed]
    rows.append("<tr><th colspan=2 align=left>Mouse in a slice</th></tr>")
    rows += [_row(what, does) for what, does in MOUSE]
    box = QMessageBox(parent)
    box.setWindowTitle("Keys and mouse")
    box.setText(f"<table cellspacing=3>{''.join(rows)}</table>")
    box.exec()


def _row(what: str, does: str) -> str:
    return f"<tr><td>{html.escape(what)}&nbsp;&nbsp;</td><td>{html.escape(does)}</td></tr>"
