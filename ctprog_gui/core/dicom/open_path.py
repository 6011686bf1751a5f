"""The one place where a path that a person gives is opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from pydicom.dataset import Dataset

from ctprog_gui.core.dicom.dataset import parse_dataset
from ctprog_gui.core.dicom.finding import Parse, Scan, scan, series_of
from ctprog_gui.core.dicom.header import Header, parse_header
from ctprog_gui.core.dicom.series import Series
from ctprog_gui.core.dicom.sources import Opener, Source, files_under, is_archive, members
from ctprog_gui.core.imaging.files import ending_of
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.progress import Progress


def open_path(
    paths: Sequence[Path],
    progress: Progress | None = None,
    seen: Callable[[Header], None] | None = None,
    parse: Parse | None = None,
) -> list[Series]:
    """Find every series in files, folders, ZIP archives and DICOMDIR media; no pixels are read.

    A folder is searched with all below it, an archive whole, a DICOMDIR for the files it lists. A
    single DICOM file stands for its series: the slices beside it in its folder are opened with it.
    A volume file (NIfTI, NRRD, MetaImage) is a series of its own. RTSTRUCT, SEG and other objects
    that lie among the images are passed over, and so are files of any other kind. `seen` is called
    with each image while the search goes on; `parse` is asked in the place of `parse_header`.

    Raises
    ------
    InputError
        If a path isn't there or can't be read, or if nothing in it is a series.
    Cancelled
        If `progress` was cancelled.
    """
    series: list[Series] = []
    with Opener() as opener:
        sources: dict[Source, None] = {}
        single: dict[Path, set[str]] = {}
        for path in paths:
            sources.update(dict.fromkeys(_sources(path, opener, progress, single)))
        for folder, uids in single.items():
            sources.update(dict.fromkeys(_of_series(folder, uids, opener, progress, parse or parse_header)))
        found = scan(list(sources), opener, progress, seen, parse)
        series = series_of(found, opener)
    if not series:
        raise InputError(_nothing(paths, found))
    return series


def choose(series: Sequence[Series], uid: str | None) -> Series:
    """The series that `uid` names (its UID or key), or the only one there is.

    Raises
    ------
    InputError
        If there are several and none is named, or the name fits none or several.
    """
    fitting = [one for one in series if uid in (None, one.info.series_uid, one.info.key)]
    if len(fitting) == 1:
        return fitting[0]
    listed = "; ".join(f"{one.info.key} ({one.info.slices} slices)" for one in (fitting or series))
    if uid is not None and not fitting:
        raise InputError(f"there is no series {uid}; there are: {listed}")
    raise InputError(f"there are {len(fitting)} series, name one: {listed}")


def _sources(
    path: Path, opener: Opener, progress: Progress | None, single: dict[Path, set[str]]
) -> list[Source]:
    """The files that `path` stands for; for a DICOM file, its series is noted in `single` by folder."""
    if not path.exists():
        raise InputError(f"there is no file or folder {path}")
    if path.is_dir():
        return files_under(path, progress)
    if path.name.upper() == "DICOMDIR":
        return _listed(path, opener)
    if ending_of(path) is not None:
        return [Source(path)]
    if is_archive(path):
        return members(path, opener)
    header = parse_header(Source(path), opener)
    if header is not None and header.series_uid:
        single.setdefault(path.parent, set()).add(header.series_uid)
    return [Source(path)]


def _of_series(
    folder: Path, uids: set[str], opener: Opener, progress: Progress | None, parse: Parse
) -> list[Source]:
    """The files of one folder (not below it) that belong to any of the series."""
    together = []
    for path in sorted(folder.iterdir()):
        if progress is not None:
            progress.check()
        if path.is_file() and ending_of(path) is None:
            try:
                header = parse(Source(path), opener)
            except InputError:
                continue
            if header is not None and header.series_uid in uids:
                together.append(Source(path))
    return together


def _listed(path: Path, opener: Opener) -> list[Source]:
    """The files that a DICOMDIR lists (PS3.3 F), by names that media may have written in either case."""
    listed, missing = [], []
    for names in parse_dataset(Source(path), opener, lambda dataset: _file_ids(dataset, path)):
        found = _find(path.parent, names)
        if found is None:
            missing.append("/".join(names))
        else:
            listed.append(Source(found))
    if missing:
        raise InputError(f"{path} lists {len(missing)} files that aren't there, the first {missing[0]}")
    return listed


def _file_ids(dataset: Dataset, path: Path) -> list[list[str]]:
    """The names (folder by folder) of the files that a DICOMDIR's records refer to."""
    records = dataset.get("DirectoryRecordSequence")
    if records is None:
        raise InputError(f"{path} is no DICOMDIR")
    named = [record.get("ReferencedFileID") for record in records]
    return [[parts] if isinstance(parts, str) else list(parts) for parts in named if parts]


def _find(folder: Path, names: Sequence[str]) -> Path | None:
    place = folder
    for name in names:
        exact = place / name
        if not exact.exists():
            wanted = name.upper()
            same = [one for one in place.iterdir() if one.name.upper().removesuffix(";1") == wanted]
            if not same:
                return None
            exact = same[0]
        place = exact
    return place


def _nothing(paths: Sequence[Path], found: Scan) -> str:
    where = ", ".join(map(str, paths))
    if found.files == len(found.unreadable) == 1:
        source, reason = found.unreadable[0]
        return f"cannot read {source}: {reason}"
    if not found.files:
        return f"no CT series or volume file in {where}: it is empty"
    parts = [f"{found.files} file{'s' * (found.files != 1)}"]
    left = [one for one in found.images if one.is_localizer or one.is_secondary_capture]
    if left:
        parts.append(f"{len(left)} localizer or secondary capture images")
    if found.others:
        parts.append(", ".join(f"{count} {kind}" for kind, count in sorted(found.others.items())))
    if found.unreadable:
        source, reason = found.unreadable[0]
        parts.append(f"{len(found.unreadable)} unreadable ({source.name}: {reason})")
    elif len(parts) == 1:
        parts.append("none readable")
    return f"no CT series or volume file in {where}: {', '.join(parts)}"
