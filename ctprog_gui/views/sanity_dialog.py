"""What the check of a score found: two maps side by side, and how well the score repeats."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from ctprog_gui.core.inference.sanity import Pictures, Sanity
from ctprog_gui.state.language import marked, spoken, tr
from ctprog_gui.views.report.words import map_words, repeat_words

_SIDE = 340
# Window of the picture under the maps, in HU.
_LOW, _HIGH = -1000.0, 400.0

_QUESTIONS = {
    "ROI": marked("Does the score repeat when the ROI lies one voxel further?"),
    "image": marked("Does the score repeat when the image lies one voxel further?"),
}


class SanityDialog(QDialog):
    """Stays open beside the window; it tells of the score as it was when it was checked."""

    def __init__(self, sanity: Sanity, pictures: Pictures, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Check of the score: {bundle}").format(bundle=sanity.bundle))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(12)
        traced = tr("bundle {hash}").format(hash=sanity.bundle_sha256[:12])
        banner = QLabel("  ·  ".join((sanity.bundle, traced, tr("RESEARCH USE ONLY"))))
        banner.setObjectName("provenance")
        layout.addWidget(banner)
        layout.addWidget(_heading(tr("Does the map hang on what the network learnt?")))
        row = QHBoxLayout()
        row.setSpacing(14)
        for title, mass, where in (
            (tr("What the score rests on"), sanity.mass_in_roi, pictures.saliency),
            (tr("The same, of a network that learnt nothing"), sanity.random_mass_in_roi, pictures.random),
        ):
            row.addLayout(_column(title, mass, drawn(pictures, where)))
        layout.addLayout(row)
        self.maps = _words(map_words(sanity))
        layout.addWidget(self.maps)
        layout.addWidget(_heading(spoken(_QUESTIONS[sanity.moved])))
        layout.addLayout(_moves(sanity))
        self.repeats = _words(repeat_words(sanity))
        layout.addWidget(self.repeats)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.close)
        layout.addWidget(buttons)


def drawn(pictures: Pictures, where: NDArray[np.float32]) -> QImage:
    """The slice in grey, a map over it from black over red to yellow, the ROI's edge in white."""
    grey = np.clip((pictures.image.astype(np.float32) - _LOW) / (_HIGH - _LOW), 0, 1)
    colour = np.stack([np.clip(2 * where, 0, 1), np.clip(2 * where - 1, 0, 1), np.zeros_like(where)], axis=-1)
    share = (0.75 * np.clip(where / 0.2, 0, 1))[..., None]
    rgb = (1 - share) * grey[..., None] + share * colour
    inside = pictures.roi
    core = inside.copy()
    core[1:] &= inside[:-1]
    core[:-1] &= inside[1:]
    core[:, 1:] &= inside[:, :-1]
    core[:, :-1] &= inside[:, 1:]
    rgb[inside & ~core] = 1.0
    pixels = np.ascontiguousarray(np.rint(255 * rgb).astype(np.uint8))
    rows, columns, _ = pixels.shape
    # A copy, because Qt does not keep the array.
    return QImage(pixels.data, columns, rows, 3 * columns, QImage.Format.Format_RGB888).copy()


def _column(title: str, mass: float | None, image: QImage) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(6)
    column.addWidget(_words(title))
    picture = QLabel()
    picture.setObjectName("sanityPicture")
    picture.setFixedSize(_SIDE, _SIDE)
    picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
    picture.setPixmap(
        QPixmap.fromImage(image).scaled(
            _SIDE,
            _SIDE,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
    )
    column.addWidget(picture)
    if mass is not None:
        column.addWidget(
            _words(tr("<b>{percent} %</b> of it inside the ROI").format(percent=f"{100 * mass:.0f}"))
        )
    column.addStretch(1)
    return column


def _moves(sanity: Sanity) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(24)
    told = {(move.axis, move.voxels): move.risk_score for move in sanity.moves}
    for column, text in enumerate(("", tr("one back"), tr("as it is"), tr("one further"))):
        grid.addWidget(_muted(text), 0, column)
    for row, axis in enumerate("xyz", start=1):
        grid.addWidget(_muted(tr("along {axis}").format(axis=axis)), row, 0)
        for column, voxels in ((1, -1), (2, 0), (3, 1)):
            score = sanity.risk_score if voxels == 0 else told.get((axis, voxels))
            grid.addWidget(_words("–" if score is None else f"{score:.3f}"), row, column)
    grid.setColumnStretch(4, 1)
    return grid


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName("chartTitle")
    return label


def _words(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    return label


def _muted(text: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName("muted")
    return label
