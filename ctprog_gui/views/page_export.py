"""What leaves the room: the case's page, and the window's picture. Names only where asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from ctprog_gui.core.shared.errors import CtprogError
from ctprog_gui.state.core_words import trouble
from ctprog_gui.state.language import tr
from ctprog_gui.state.session import Session
from ctprog_gui.views import dialogs
from ctprog_gui.views.snapshot import save_png, snapshot

PAGE_FILES = "PDF (*.pdf);;PNG (*.png)"


class PageExport:
    """Asks where to, and whether with the name.

    Parameters
    ----------
    show_identity
        Called with False before a picture without the name is taken, and with True afterwards.
    tell
        Where a notice goes, and whether it is trouble.
    """

    def __init__(
        self,
        session: Session,
        window: QWidget,
        show_identity: Callable[[bool], None],
        tell: Callable[[str, bool], None],
    ) -> None:
        self._session = session
        self._window = window
        self._show_identity = show_identity
        self._tell = tell

    def page(self) -> None:
        from ctprog_gui.views.report.export import export_page

        name, _ = QFileDialog.getSaveFileName(self._window, tr("Export page"), "ctprog.pdf", PAGE_FILES)
        if not name:
            return
        with_name = dialogs.ask_for_name(self._window)
        self._try(lambda: export_page(self._session, Path(name), with_name=with_name), name)

    def picture(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self._window, tr("Save picture"), "ctprog.png", "PNG (*.png)")
        if not name:
            return
        self._show_identity(dialogs.ask_for_name(self._window))
        try:
            self._try(lambda: save_png(snapshot(self._window), Path(name)), name)
        finally:
            self._show_identity(True)

    def _try(self, write: Callable[[], None], name: str) -> None:
        try:
            write()
        except CtprogError as error:
            self._tell(trouble(error), True)
        else:
            self._tell(tr("Saved {name}").format(name=name), False)
