"""A volume file (NIfTI, NRRD, MetaImage) as a series."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ctprog_gui.core.dicom.series import Anomaly, Patient, Series, SeriesInfo
from ctprog_gui.core.dicom.sources import Opener, Source
from ctprog_gui.core.imaging.files import ending_of, read_header, read_volume
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.progress import Progress


class VolumeFileSeries(Series):
    """One volume file; its name stands for a series UID, and it names no patient or modality."""

    def __init__(self, source: Source, opener: Opener) -> None:
        self._source = source
        with _on_disk(source, opener) as path:
            geometry = read_header(path)
        columns, rows, slices = geometry.size
        self.info = SeriesInfo(
            series_uid=source.name,
            study_uid="",
            patient=Patient(),
            description=source.name,
            modality="",
            files=1,
            slices=slices,
            rows=rows,
            columns=columns,
            geometry=geometry,
            hu_range=None,
            transfer_syntax="",
            anomalies=tuple(_anomalies(geometry)),
        )

    def read(self, progress: Progress | None = None) -> Volume:
        if progress is not None:
            progress.report(0.0, "Reading the volume")
        with Opener() as opener, _on_disk(self._source, opener) as path:
            volume = read_volume(path)
        if progress is not None:
            progress.check()
        return volume


def _anomalies(geometry: Geometry) -> Iterator[Anomaly]:
    if geometry.is_oblique:
        normal = ", ".join(f"{part:.3f}" for part in geometry.axes[:, 2])
        yield Anomaly("oblique", f"the grid is turned against the patient's axes (normal {normal})")
    if geometry.size[2] < 3:
        slices = geometry.size[2]
        yield Anomaly("too_few_slices", f"{slices} slice{'s' * (slices != 1)}; a volume needs at least 3")


@contextmanager
def _on_disk(source: Source, opener: Opener) -> Iterator[Path]:
    """The file itself; a member of an archive in a private folder that goes when the block ends."""
    if not source.member:
        yield source.path
        return
    with tempfile.TemporaryDirectory(prefix="ctprog-") as folder:
        path = Path(folder) / f"volume{ending_of(Path(source.name))}"
        try:
            with opener.open(source) as packed, path.open("wb") as unpacked:
                shutil.copyfileobj(packed, unpacked, 1 << 20)
        except (OSError, RuntimeError, NotImplementedError) as error:
            raise InputError(f"cannot read {source}: {error}") from error
        yield path
