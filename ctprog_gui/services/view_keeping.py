"""Keeps how the open case is laid out, its layout and its turned planes, and brings that back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from ctprog_gui.core.imaging.geometry import Floats
from ctprog_gui.core.imaging.oblique import Triad
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.shared.errors import CtprogError, InputError
from ctprog_gui.core.shared.places import user_data
from ctprog_gui.core.shared.writing import set_aside, write_json
from ctprog_gui.state.language import tr
from ctprog_gui.state.listening import Listening
from ctprog_gui.state.session import Session
from ctprog_gui.state.study import Study
from ctprog_gui.state.viewports import Layout

FORMAT = 1
# A drag of a handle turns the planes at each of its moves; the file is written when the hand rests.
PAUSE_MS = 500
# How far the axes of three planes may be from perpendicular unit vectors.
_TOLERANCE = 1e-6
# What may fill the viewer alone.
_VIEWS = (None, *(plane.value for plane in Plane), "volume")


@dataclass(frozen=True)
class KeptView:
    """How a case is laid out. `turned` has the planes and the crosshair (LPS mm) they were laid through."""

    layout: Layout
    maximised: str | None
    turned: tuple[Triad, Floats] | None

    def to_json(self) -> dict[str, Any]:
        planes, crosshair = None, None
        if self.turned is not None:
            triad, point = self.turned
            planes = {
                plane.value: {"right": right.tolist(), "up": up.tolist()}
                for plane, (right, up) in triad.axes.items()
            }
            crosshair = point.tolist()
        return {
            "layout": self.layout.value,
            "maximised": self.maximised,
            "planes": planes,
            "crosshair_mm": crosshair,
        }

    @classmethod
    def from_json(cls, told: Any) -> KeptView:
        """The inverse of `to_json`.

        Raises
        ------
        InputError
            If something is missing or of another kind, or planes are not perpendicular to each other.
        """
        try:
            turned = None
            if told["planes"] is not None:
                turned = _triad(told["planes"]), _vector(told["crosshair_mm"])
            if told["maximised"] not in _VIEWS:
                raise ValueError(f"{told['maximised']} is no view")
            return cls(Layout(told["layout"]), told["maximised"], turned)
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"{type(error).__name__}: {error}") from error


class ViewKeeping(QObject):
    """Saves after each change; the same image is laid out again as it was left, wherever it lies.

    A second series beside the first is not kept: it belongs to another image. A case without a file is
    laid out as the person, rather than a file, did it last.
    """

    failed = Signal(str)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._study: Study | None = None
        self._path = Path()
        self._waiting: KeptView | None = None
        self._layout = session.viewports.layout
        self._restoring = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._save)
        viewports = session.viewports
        self._listening = Listening(
            (session.study_changed, self._on_study_change),
            (viewports.layout_changed, self._on_change),
            (viewports.maximised_changed, self._on_change),
            (viewports.planes_changed, self._on_change),
            (viewports.crosshair_changed, self._on_crosshair_change),
        )

    def close(self) -> None:
        self._save()
        self._listening.end()

    def _on_change(self) -> None:
        # Between two cases the state is the new one's already, and what waits here the last one's.
        if self._restoring or self._study is not self._session.study:
            return
        viewports = self._session.viewports
        if viewports.layout is not Layout.COMPARE:
            self._layout = viewports.layout
        if self._study is None or self._study.synthetic:
            return
        triad = viewports.triad if viewports.oblique else None
        turned = (triad, viewports.crosshair_mm) if triad is not None else None
        self._waiting = KeptView(self._layout, viewports.maximised, turned)
        self._pause.start()

    def _on_crosshair_change(self) -> None:
        if self._session.viewports.oblique:
            self._on_change()

    def _on_study_change(self) -> None:
        self._save()
        study = self._study = self._session.study
        if study is None or study.synthetic:
            return
        self._path = user_data() / "views" / f"{self._session.reading.key(study.volume.sha256)}.json"
        self._restoring = True
        try:
            self._restore(_read(self._path))
        except CtprogError as error:
            if set_aside(self._path):
                told = tr("How this case was laid out can't be read ({why}); it is kept as a file.")
            else:
                told = tr("How this case was laid out can't be read ({why}).")
            self.failed.emit(told.format(why=error))
        finally:
            self._restoring = False

    def _restore(self, kept: KeptView | None) -> None:
        viewports = self._session.viewports
        if kept is None:
            if viewports.layout is not self._layout:
                viewports.layout = self._layout
            return
        viewports.layout = kept.layout
        viewports.maximised = kept.maximised
        if kept.turned is not None:
            triad, point = kept.turned
            viewports.move_crosshair(point)
            viewports.turn_planes(triad)

    def _save(self) -> None:
        self._pause.stop()
        kept, self._waiting = self._waiting, None
        if kept is None:
            return
        try:
            write_json(self._path, {"ctprog_view": FORMAT, **kept.to_json()})
        except CtprogError as error:
            self.failed.emit(tr("How this case is laid out is not saved: {why}").format(why=error))


def _read(path: Path) -> KeptView | None:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise InputError(str(error)) from error
    if not isinstance(told, dict) or told.get("ctprog_view") != FORMAT:
        raise InputError("it is no layout that this version reads")
    return KeptView.from_json(told)


def _triad(told: Any) -> Triad:
    axes = {p: (_vector(told[p.value]["right"]), _vector(told[p.value]["up"])) for p in Plane}
    triad = Triad(axes)
    frames = [np.array([*axes[p], triad.normal(p)]) for p in Plane]
    frames.append(np.array([triad.normal(p) for p in Plane]))
    if any(np.abs(frame @ frame.T - np.eye(3)).max() > _TOLERANCE for frame in frames):
        raise ValueError("the planes are not perpendicular to each other")
    return triad


def _vector(told: Any) -> Floats:
    vector = np.asarray(told, dtype=np.float64)
    if vector.shape != (3,) or not np.isfinite(vector).all():
        raise ValueError(f"{told} is no point or direction")
    return vector
