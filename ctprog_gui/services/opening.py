"""Opening a case: scanning a path, reading a series, loading a ROI. All off the UI thread."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from ctprog_gui.core.dicom.series import Handling, Patient, Series, SeriesInfo
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.segment_tags import Segment
from ctprog_gui.core.roi.layers import Overlap
from ctprog_gui.core.shared.errors import GeometryError
from ctprog_gui.core.shared.progress import Progress
from ctprog_gui.services.recent import RecentCases
from ctprog_gui.services.task_runner import BETWEEN_REPORTS_S, TaskRunner
from ctprog_gui.state.language import tr
from ctprog_gui.state.library import Picture
from ctprog_gui.state.session import Session
from ctprog_gui.state.study import Study

if TYPE_CHECKING:
    from ctprog_gui.core.dicom.glimpse import Glimpse
    from ctprog_gui.core.dicom.header import Header

LANE = "reading"
PICTURES = "pictures"
FIRST_ROWS = 512


def synthetic_study() -> tuple[Study, Mask]:
    """The case of ``ctprog demo``, made on the spot: no patient, and said so in its banner."""
    from ctprog_gui.core.phantom.case import demo_case

    case = demo_case()
    grid = case.volume.geometry
    info = SeriesInfo(
        series_uid="synthetic",
        study_uid="synthetic",
        patient=Patient(patient_id="SYNTHETIC"),
        description="Synthetic thorax",
        modality="CT",
        files=0,
        slices=grid.size[2],
        rows=grid.size[1],
        columns=grid.size[0],
        geometry=grid,
        hu_range=(float(case.volume.voxels.min()), float(case.volume.voxels.max())),
        transfer_syntax="",
    )
    study = Study(info, case.volume, synthetic=True)
    _ = study.overview
    return study, case.roi


class Opening(QObject):
    """Puts series and regions into the session. The open case stays until the new one is read."""

    first_slice = Signal(object, object)  # facts of the series being read, picture of its middle slice
    _first_read = Signal(object, object, object)  # a reading, and both
    _pictured = Signal(object, str, object)  # series, id of its entry, picture
    _in_sight = Signal(object, object)  # a search, and the glimpses so far
    choose_handling = Signal(object, object)  # a series that does not stack, and the ways to take it
    choose_series = Signal()  # several were found; the person picks in the panel
    other_grid = Signal(str, object)  # how a ROI's grid differs, and what to call where it is to be resampled
    choose_region = Signal(object, object)  # the masks of a ROI file, and what to call with the chosen

    def __init__(self, session: Session, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._tasks = tasks
        self._recent = RecentCases()
        self._search: object | None = None
        self._reading: object | None = None
        self._first_read.connect(self._on_first_read, Qt.ConnectionType.QueuedConnection)
        self._in_sight.connect(self._on_sight, Qt.ConnectionType.QueuedConnection)
        self._pictured.connect(self._on_picture, Qt.ConnectionType.QueuedConnection)
        tasks.idle.connect(self._on_idle)

    @property
    def recent(self) -> RecentCases:
        return self._recent

    def forget(self) -> None:
        """Clear the list of recent cases and the index of folders that were looked into."""
        from ctprog_gui.core.dicom.index import forget_index

        self._recent.clear()
        forget_index()

    def prepare(self) -> None:
        """Import what reading DICOM needs, beside the window: the first search is spared the wait."""

        def work(_: Progress) -> None:
            import ctprog_gui.core.dicom.glimpse
            import ctprog_gui.core.dicom.open_path  # noqa: F401  # imported for its being there

        self._tasks.start("preparing", "", work, lambda _: None)

    def open(self, paths: list[Path]) -> None:
        """Scan paths; a single series is read at once, several wait for a choice.

        While the search goes on, the library lists what is in sight. A DICOM object of regions alone
        is loaded onto the open case.
        """
        search = object()
        drawable = self._session.at_hand.study is not None and len(paths) == 1
        self._tasks.cancel(LANE)

        def scan(progress: Progress) -> list[Series] | None:
            from ctprog_gui.core.dicom.glimpse import Glimpses
            from ctprog_gui.core.dicom.index import HeaderIndex
            from ctprog_gui.core.dicom.open_path import open_path
            from ctprog_gui.core.roi.reading import is_roi_object

            if drawable and is_roi_object(paths[0]):
                return None

            glimpses = Glimpses()
            told = float("-inf")

            def seen(header: Header) -> None:
                nonlocal told
                glimpses.add(header)
                now = time.monotonic()
                if now - told >= BETWEEN_REPORTS_S:
                    told = now
                    self._in_sight.emit(search, glimpses.so_far())

            with HeaderIndex() as index:
                return open_path(paths, progress, seen, index.parse)

        def found(series: list[Series] | None) -> None:
            self._search = None
            if series is None:
                self.load_roi(paths[0])
                return
            # What holds nothing to open is not offered again.
            self._recent.add(paths)
            self._session.found = tuple(series)
            if len(series) == 1:
                self.read(series[0])
            else:
                self.choose_series.emit()
            self._take_pictures()

        self._tasks.start(LANE, tr("Scanning"), scan, found)
        self._search = search

    @Slot(object, object)
    def _on_sight(self, search: object, glimpses: tuple[Glimpse, ...]) -> None:
        if search is self._search:
            self._session.library.show_so_far((one.info, one.picture) for one in glimpses)

    @Slot(str)
    def _on_idle(self, lane: str) -> None:
        if lane == LANE:
            self._search = self._reading = None
            # Where the search came to its end, its result is listed before this runs.
            QTimer.singleShot(0, self, self._stop_searching)

    def _stop_searching(self) -> None:
        """A search that was cancelled or failed leaves nothing half listed."""
        if self._search is None:
            self._session.library.stop_searching()

    def _take_pictures(self) -> None:
        """A picture of the middle slice of each series listed, one after the other."""
        library = self._session.library
        wanted = [(entry.id, entry.series) for entry in library.entries if entry.series is not None]

        def work(progress: Progress) -> None:
            from ctprog_gui.core.dicom.glimpse import picture_of

            for entry_id, series in wanted:
                progress.check()
                picture = picture_of(series)
                if picture is not None:
                    self._pictured.emit(series, entry_id, picture)

        self._tasks.start(PICTURES, "", work, lambda _: None)

    @Slot(object, str, object)
    def _on_picture(self, series: Series, entry_id: str, picture: Picture) -> None:
        entry = self._session.library.entry(entry_id)
        if entry is not None and entry.series is series:
            self._session.library.set_picture(entry_id, picture)

    def read(self, series: Series) -> None:
        """Read one series and show it; where its slices make no regular grid, ask first how to take them."""
        if series.info.uneven:
            from ctprog_gui.core.dicom.handling import choices

            ways = choices(series)
            if ways:
                self.choose_handling.emit(series, ways)
                return
        self._read(series)

    def take(self, series: Series, handling: Handling) -> None:
        """Read a series as the person chose; of one that is split, the parts are listed."""
        from ctprog_gui.core.dicom.handling import handled

        def taken(made: list[Series]) -> None:
            if len(made) == 1:
                self._read(made[0])
                return
            listed = [part for one in self._session.found for part in (made if one is series else [one])]
            self._session.found = tuple(listed)
            self.choose_series.emit()
            self._take_pictures()

        self._tasks.start(LANE, tr("Looking at the slices"), lambda _: handled(series, handling), taken)

    def _show_first(self, reading: object, series: Series) -> None:
        """Tell the middle slice from the reading task's thread; one that can't be read is told later."""
        from ctprog_gui.core.dicom.glimpse import picture_of

        picture = picture_of(series, FIRST_ROWS)
        if picture is not None:
            self._first_read.emit(reading, series.info, picture)

    @Slot(object, object, object)
    def _on_first_read(self, reading: object, info: SeriesInfo, picture: Picture) -> None:
        if reading is self._reading and self._tasks.busy(LANE):
            self.first_slice.emit(info, picture)

    def _read(self, series: Series) -> None:
        reading = object()

        def work(progress: Progress) -> Study:
            if series.quick_middle:
                self._show_first(reading, series)
            volume = series.read(progress.part(0.0, 0.95))
            # Asked after reading: some anomalies only the pixels tell.
            as_is = series.info.handling == Handling.AS_IS.value
            accepted = tuple(a.code for a in series.info.refusals) if as_is else ()
            study = Study(series.info, volume, accepted=accepted, source=series)
            progress.report(0.96, tr("Preparing the views"))
            # Made here, in the task's thread: the first 3D picture and the journal wait for them.
            _ = study.overview, study.volume.sha256
            return study

        self._tasks.start(LANE, tr("Reading the series"), work, self._session.show)
        self._reading = reading

    def open_demo(self, then: Callable[[], None]) -> None:
        """Make the synthetic case on the spot, show it, then call `then`."""

        def work(progress: Progress) -> tuple[Study, Mask]:
            progress.report(0.05, tr("Making the synthetic case"))
            return synthetic_study()

        def show(made: tuple[Study, Mask]) -> None:
            self._session.found = ()
            self._session.show(made[0])
            self._session.roi.add(made[1])
            self._session.go_to_roi()
            then()

        self._tasks.start(LANE, tr("Making the synthetic case"), work, show)

    def load_roi(self, path: Path, take: Callable[[list[Mask]], None] | None = None) -> None:
        """Load regions of a file onto the open study; several wait for a choice.

        Regions of another grid wait for the person's consent to be put on this one. What is loaded
        goes to `take`; without it the regions become segments, of the series in hand where there are two.
        """
        session = self._session if take else self._session.at_hand
        study = session.study
        if study is None:
            return

        def add(masks: list[Mask]) -> None:
            if session.study is study:
                self.add(masks, session)

        taken = take or add

        def work(progress: Progress) -> tuple[list[Mask], str]:
            from ctprog_gui.core.roi.reading import read_rois

            progress.report(0.1, tr("Reading {name}").format(name=path.name))
            frame = study.info.frame_of_reference_uid or None
            grid = study.volume.geometry
            try:
                return read_rois(path, grid, frame_of_reference_uid=frame), ""
            except GeometryError as refused:
                # Made ready here, and asked about before any of it is used. What can't be put on this
                # grid in any way is refused as before.
                return read_rois(path, grid, resample=True, frame_of_reference_uid=frame), str(refused)

        def loaded(found: tuple[list[Mask], str]) -> None:
            masks, difference = found
            if session.study is not study:
                return
            if difference:
                self.other_grid.emit(difference, lambda: self._offer(masks, taken))
            else:
                self._offer(masks, taken)

        self._tasks.start(LANE, tr("Reading {name}").format(name=path.name), work, loaded)

    def _offer(self, masks: list[Mask], take: Callable[[list[Mask]], None]) -> None:
        if len(masks) == 1:
            take(masks)
        else:
            self.choose_region.emit(masks, take)

    def save_roi(self, path: Path, then: Callable[[list[str]], None], kind: str = "seg") -> None:
        """Write all segments of the series in hand as they are now; then tell `then` which were left out.

        `kind` is what a ``.dcm`` file is to be: ``seg``, ``labelmap`` or ``rtstruct``.
        """
        roi, study = self._session.at_hand.roi, self._session.at_hand.study
        if not roi.layers or study is None:
            return
        layers = tuple(layer.copy() for layer in roi.layers)
        segments = [Segment(s.name, s.label, s.layer, s.status, s.colour) for s in roi.segments]
        geometry = study.volume.geometry

        def work(progress: Progress) -> list[str]:
            from ctprog_gui.core.dicom.reference import image_reference, nameless_reference
            from ctprog_gui.core.roi.saving import save_segments

            progress.report(0.1, tr("Writing {name}").format(name=path.name))
            reference = None
            if path.suffix.lower() == ".dcm":
                read_from = study.source
                reference = (
                    image_reference(read_from) if read_from else nameless_reference(geometry, study.info)
                )
            return save_segments(path, layers, geometry, segments, reference, kind)

        self._tasks.start("writing", tr("Writing {name}").format(name=path.name), work, then)

    def add(self, masks: list[Mask], session: Session | None = None) -> None:
        """Add regions to the open study, or to that of another session, and go to the last.

        What a file holds takes no voxels from what is drawn, nor its regions from each other: they
        overlap, unless that is to be never.
        """
        session = session or self._session
        roi = session.roi
        policy = Overlap.NEVER if roi.overlap is Overlap.NEVER else Overlap.ALLOW
        if masks:
            roi.add_all(masks, policy)
            session.go_to_roi()
