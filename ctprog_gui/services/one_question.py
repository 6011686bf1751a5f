"""One question at a time to the models, and one more for what changed meanwhile."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from ctprog_gui.services.inference_process import InferenceProcess
from ctprog_gui.state.session import Session


class OneQuestion(QObject):
    """Calls `ask` a moment after a change, and never while the models still answer.

    However many changes come while a question runs, one more question answers them all. A person who
    cancels has called off what was still to be asked; another study has nothing to do with it either.

    Parameters
    ----------
    pause_ms
        From a change to the question.
    settling
        Whether each change starts the pause anew (values typed one after the other) or the first one's
        pause is kept (strokes are to be answered while the hand goes on).
    """

    def __init__(
        self,
        session: Session,
        inference: InferenceProcess,
        ask: Callable[[], None],
        *,
        pause_ms: int,
        settling: bool,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._ask = ask
        self._settling = settling
        self._behind = False
        self._breaking_off = False
        self._inference = inference
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause_ms = pause_ms
        self._pause.timeout.connect(self._on_pause)
        inference.finished.connect(self._on_finished)
        session.study_changed.connect(self.forget)

    @property
    def behind(self) -> bool:
        """Whether a change is still to be asked about."""
        return self._behind

    def change(self) -> None:
        self._behind = True
        if self._settling or not (self._pause.isActive() or self._session.prognosis.running):
            self._pause.start(self._pause_ms)

    def hasten(self) -> None:
        """Ask as soon as what already waits is done: no further change will come."""
        if self._pause.isActive():
            self._pause.start(0)

    def break_off(self) -> None:
        """Cancel what runs, since a change has made it useless; the change is asked about all the same."""
        self._behind = True
        self._breaking_off = True
        self._inference.cancel()

    def forget(self) -> None:
        self._behind = False
        self._breaking_off = False
        self._pause.stop()

    def close(self) -> None:
        self.forget()
        self._session.study_changed.disconnect(self.forget)

    def _on_finished(self, cancelled: bool) -> None:
        broken_off, self._breaking_off = self._breaking_off, False
        if cancelled and not broken_off:
            self._behind = False
        elif self._behind:
            # Strokes have waited, and were drawn, while the models answered.
            self._pause.start(self._pause_ms if self._settling else 0)

    def _on_pause(self) -> None:
        if self._behind and not self._session.prognosis.running and self._session.study is not None:
            self._behind = False
            self._ask()
