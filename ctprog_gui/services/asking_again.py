"""Asks the models anew when a clinical value has changed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from ctprog_gui.services.inference_process import InferenceProcess
from ctprog_gui.state.session import Session

# Two fields that are filled in one after the other are one question.
PAUSE_MS = 150


class AskingAgain(QObject):
    """One question at a time; a change that comes while one runs is answered by one more.

    Nothing is asked of a case that nobody has asked about.
    """

    def __init__(
        self,
        session: Session,
        inference: InferenceProcess,
        ask: Callable[[], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._ask = ask
        self._behind = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._on_pause)
        inference.finished.connect(self._on_finished)
        session.clinical.changed.connect(self._on_change)
        session.study_changed.connect(self._forget)

    def close(self) -> None:
        self._forget()
        self._session.clinical.changed.disconnect(self._on_change)
        self._session.study_changed.disconnect(self._forget)

    def _forget(self) -> None:
        self._behind = False
        self._pause.stop()

    def _on_change(self) -> None:
        prognosis = self._session.prognosis
        if prognosis.predictions or prognosis.running:
            self._behind = True
            self._pause.start()

    def _on_finished(self, cancelled: bool) -> None:
        if cancelled:
            self._behind = False
        elif self._behind:
            self._pause.start()

    def _on_pause(self) -> None:
        if self._behind and not self._session.prognosis.running and self._session.study is not None:
            self._behind = False
            self._ask()
