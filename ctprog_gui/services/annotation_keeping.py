"""Keeps the measures of the open case in a file, brings them back, and exports them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from ctprog_gui.core.annotations.annotation import Annotation
from ctprog_gui.core.annotations.table import write_table
from ctprog_gui.core.dicom.series import Handling
from ctprog_gui.core.shared.errors import CtprogError, InputError
from ctprog_gui.core.shared.places import user_data
from ctprog_gui.core.shared.progress import Progress
from ctprog_gui.core.shared.writing import set_aside, write_json
from ctprog_gui.services.measure_history import Kept, from_json, to_json
from ctprog_gui.services.task_runner import TaskRunner
from ctprog_gui.state.language import tr
from ctprog_gui.state.session import Session
from ctprog_gui.state.study import Study

FORMAT = 1


class AnnotationKeeping(QObject):
    """Saves after each finished step; the same image finds its measures again, wherever it lies.

    The file is small and renamed into its place, so that a crash leaves the last whole one.
    """

    failed = Signal(str)
    restored = Signal(int)  # how many measures came back

    def __init__(self, session: Session, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._tasks = tasks
        self._barred: Study | None = None
        session.study_changed.connect(self._on_study_change)
        session.annotations.kept.connect(self._on_kept)

    def close(self) -> None:
        self._session.study_changed.disconnect(self._on_study_change)
        self._session.annotations.kept.disconnect(self._on_kept)

    def save_table(self, path: Path, then: Callable[[], None]) -> None:
        """Write all measures as CSV; then call `then`."""
        study, items = self._session.study, self._session.annotations.items
        if study is None:
            return

        def work(progress: Progress) -> None:
            progress.report(0.1, tr("Writing {name}").format(name=path.name))
            write_table(path, items, study.volume)

        self._tasks.start("writing", tr("Writing {name}").format(name=path.name), work, lambda _: then())

    def save_report(self, path: Path, then: Callable[[], None]) -> None:
        """Write all measures as a DICOM structured report; then call `then`."""
        study, items = self._session.study, self._session.annotations.items
        if study is None:
            return
        series = study.source or next((s for s in self._session.found if s.info.key == study.info.key), None)

        def work(progress: Progress) -> None:
            from ctprog_gui.core.annotations.structured_report import write_report
            from ctprog_gui.core.dicom.reference import image_reference

            if series is None:
                raise InputError(tr("a structured report refers to DICOM images, and this case has none"))
            if study.info.handling == Handling.RESAMPLE.value:
                raise InputError(
                    tr(
                        "a structured report refers to DICOM images, and this series was resampled: its "
                        "slices are no longer theirs. A table (CSV) can be saved."
                    )
                )
            progress.report(0.1, tr("Writing {name}").format(name=path.name))
            write_report(path, items, study.volume, image_reference(series))

        self._tasks.start("writing", tr("Writing {name}").format(name=path.name), work, lambda _: then())

    def _on_study_change(self) -> None:
        study = self._session.study
        self._barred = None
        if study is None or study.synthetic or not self._session.drawable:
            return
        path = self._place(study)
        try:
            items, kept = _read(path)
        except CtprogError as error:
            # What is measured from now on is not to overwrite it.
            if set_aside(path):
                told = tr("Earlier measures of this case can't be read ({why}); they are kept as a file.")
            else:
                self._barred = study
                told = tr("Earlier measures of this case can't be read ({why}), and new ones are not kept.")
            self.failed.emit(told.format(why=error))
            return
        stepped = bool(kept.done or kept.undone)
        if items or stepped:
            self._session.annotations.restore(items, kept.done, kept.undone)
            if stepped:
                # The regions are back already: the journal is played first.
                self._session.undoing.restore(kept.regions, kept.regions_ahead)
        if items:
            self.restored.emit(len(items))

    def _on_kept(self) -> None:
        study = self._session.study
        if study is None or study.synthetic or study is self._barred or not self._session.drawable:
            return
        measures, undoing = self._session.annotations, self._session.undoing
        history = Kept(measures.done, measures.undone, undoing.regions_before(), undoing.regions_ahead())
        told = {
            "ctprog_annotations": FORMAT,
            "case": study.volume.sha256,
            "annotations": [item.to_json() for item in measures.items],
            "history": to_json(history),
        }
        try:
            write_json(self._place(study), told)
        except CtprogError as error:
            self.failed.emit(tr("Measures are not saved: {why}").format(why=error))

    def _place(self, study: Study) -> Path:
        return user_data() / "annotations" / f"{self._session.reading.key(study.volume.sha256)}.json"


def _read(path: Path) -> tuple[tuple[Annotation, ...], Kept]:
    """The measures, and the steps that led to them and on from them."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return (), Kept()
    except (OSError, ValueError) as error:
        raise InputError(f"{path} can't be read: {error}") from error
    if not isinstance(told, dict) or told.get("ctprog_annotations") != FORMAT:
        raise InputError(f"{path} holds no measures that this version reads")
    items = tuple(Annotation.from_json(item) for item in told.get("annotations", []))
    return items, from_json(told.get("history"), items)
