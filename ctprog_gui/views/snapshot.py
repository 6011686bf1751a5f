"""Pictures of the window as a person sees it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QPoint
from PySide6.QtGui import QImage, QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.writing import replacing
from ctprog_gui.views.viewer.vtk_host import VtkHost


def snapshot(window: QWidget) -> QPixmap:
    """The whole window, with the views' pictures put where Qt's own grab leaves holes.

    Works with any platform plugin and with the window behind others, unlike a grab of the screen.
    """
    picture = window.grab()
    painter = QPainter(picture)
    for host in window.findChildren(VtkHost):
        if host.isVisible():
            painter.drawImage(host.mapTo(window, QPoint(0, 0)), host.picture())
    painter.end()
    return picture


def save_png(picture: QPixmap | QImage, path: Path) -> None:
    """Write a picture; nothing half-written is left.

    Raises
    ------
    InputError
        If it can't be written.
    """
    # Encoded in memory first: on a full disk libpng prints a line of its own to stderr.
    encoded = QBuffer()
    encoded.open(QIODevice.OpenModeFlag.WriteOnly)
    if not picture.save(encoded, "PNG"):
        raise InputError(f"cannot write {path}: the picture can't be made into a PNG")
    with replacing(path) as partial:
        partial.write_bytes(encoded.data().data())
