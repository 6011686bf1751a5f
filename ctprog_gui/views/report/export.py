"""The page as a file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QPoint, QSize
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtWidgets import QApplication

from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.writing import replacing
from ctprog_gui.state.language import tr
from ctprog_gui.state.session import Session
from ctprog_gui.views.report.page import PAPER_LOOK, CasePage
from ctprog_gui.views.snapshot import save_png

# A4 upright at 96 logical pixels an inch; pictures are twice as fine.
PAGE = QSize(794, 1123)
FINER = 2
_LARGER, _TIMES_LARGER = 1.06, 14


def export_page(session: Session, path: Path, *, with_name: bool = False) -> None:
    """Write the case's page as PDF or PNG, as the ending says.

    Raises
    ------
    InputError
        If the ending is another, or the file can't be written.
    """
    ending = path.suffix.lower()
    if ending not in (".pdf", ".png"):
        raise InputError(f"a page is written as .pdf or .png, not {path.name}")
    page = CasePage(session, PAPER_LOOK, with_name=with_name)
    # What does not fit the paper makes the page larger, and the page is then drawn smaller.
    size = PAGE.expandedTo(page.minimumSizeHint())
    for _ in range(_TIMES_LARGER):
        if page.fits(size):
            break
        size *= _LARGER
    page.resize(size)
    # Laid out and polished without being shown.
    page.ensurePolished()
    if page.layout() is not None:
        page.layout().activate()
    QApplication.sendPostedEvents()
    try:
        if ending == ".png":
            save_png(_picture(page), path)
        else:
            content = _pdf(page)
            with replacing(path) as partial:
                partial.write_bytes(content)
    finally:
        page.deleteLater()


def _picture(page: CasePage) -> QImage:
    image = QImage(PAGE * FINER, QImage.Format.Format_RGB32)
    image.fill("white")
    painter = QPainter(image)
    _draw(page, painter)
    painter.end()
    return image


def _draw(page: CasePage, painter: QPainter) -> None:
    scale = FINER * min(PAGE.width() / page.width(), PAGE.height() / page.height())
    painter.scale(scale, scale)
    page.render(painter, QPoint(0, 0))


def _pdf(page: CasePage) -> bytes:
    # In memory: Qt reports no failure when a disk fills under a PDF, and half a page would stand.
    content = QBuffer()
    content.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(content)
    writer.setTitle(tr("CTProg: {title}, research use only").format(title=page.title))
    writer.setCreator("CTProg")
    writer.setResolution(96 * FINER)
    writer.setPageLayout(
        QPageLayout(QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, QMarginsF())
    )
    painter = QPainter(writer)
    _draw(page, painter)
    painter.end()
    return content.data().data()
