"""The check of a score, from the button on its card to the page with the answer."""

from __future__ import annotations

from PySide6.QtCore import SignalInstance
from PySide6.QtWidgets import QWidget

from ctprog_gui.core.inference.sanity import Pictures, Sanity
from ctprog_gui.services.inference_process import InferenceProcess
from ctprog_gui.state.session import Session
from ctprog_gui.views.sanity_dialog import SanityDialog


class ScoreCheck:
    """Asks the inference process to check the score of the card whose button was clicked.

    Progress and cancelling are those of a prediction. `dialog` is the page that was opened last.
    """

    def __init__(
        self, session: Session, inference: InferenceProcess, wanted: SignalInstance, parent: QWidget
    ) -> None:
        self._session = session
        self._inference = inference
        self._parent = parent
        self.dialog: SanityDialog | None = None
        wanted.connect(self.ask)
        inference.checked.connect(self._on_checked)

    def ask(self, bundle: str) -> None:
        """Check the score of a bundle on the open case, with the ROI as it is now."""
        study = self._session.study
        paths = [entry.path for entry in self._session.prognosis.bundles if entry.name == bundle]
        if study is None or not paths or self._session.prognosis.running:
            return
        self._inference.check(study, self._session.roi.active, paths[0], self._session.clinical.values)

    def close(self) -> None:
        if self.dialog is not None:
            self.dialog.close()

    def _on_checked(self, sanity: Sanity, pictures: Pictures) -> None:
        self.close()
        self.dialog = SanityDialog(sanity, pictures, self._parent)
        self.dialog.destroyed.connect(self._on_destroyed)
        self.dialog.show()

    def _on_destroyed(self) -> None:
        self.dialog = None
