"""Asks the models anew when a clinical value has changed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from ctprog_gui.services.inference_process import InferenceProcess
from ctprog_gui.services.one_question import OneQuestion
from ctprog_gui.state.session import Session

# Two fields that are filled in one after the other are one question.
PAUSE_MS = 150


class AskingAgain(QObject):
    """Nothing is asked of a case that nobody has asked about."""

    def __init__(
        self,
        session: Session,
        inference: InferenceProcess,
        ask: Callable[[], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._question = OneQuestion(session, inference, ask, pause_ms=PAUSE_MS, settling=True, parent=self)
        session.clinical.changed.connect(self._on_change)

    def close(self) -> None:
        self._question.close()
        self._session.clinical.changed.disconnect(self._on_change)

    def _on_change(self) -> None:
        prognosis = self._session.prognosis
        if prognosis.predictions or prognosis.running:
            self._question.change()
