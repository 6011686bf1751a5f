"""From the files of a folder to its series."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from ctprog_gui.core.dicom.checking import check_stack
from ctprog_gui.core.dicom.header import Header, parse_header
from ctprog_gui.core.dicom.multiframe import frames_of
from ctprog_gui.core.dicom.reading import DicomSeries
from ctprog_gui.core.dicom.series import Anomaly, Series
from ctprog_gui.core.dicom.sources import Opener, Source
from ctprog_gui.core.dicom.stack import same_orientation, split, stack
from ctprog_gui.core.dicom.volume_file import VolumeFileSeries
from ctprog_gui.core.imaging.files import ending_of
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.progress import Progress

Anomalies = list[Anomaly]
Parse = Callable[[Source, Opener], Header | None]

_CLAIM_DICOM = (".dcm", ".dicom", ".ima")


@dataclass
class Scan:
    """What the files turned out to be."""

    images: list[Header] = field(default_factory=list)
    volumes: list[Series] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    unreadable: list[tuple[Source, str]] = field(default_factory=list)
    files: int = 0


def scan(
    sources: Sequence[Source],
    opener: Opener,
    progress: Progress | None = None,
    seen: Callable[[Header], None] | None = None,
    parse: Parse | None = None,
) -> Scan:
    """Look into each file: DICOM image, other DICOM object, volume file, or nothing of ours.

    `seen` is called with each image as it is found, before it is known what it belongs with; `parse`
    is asked in the place of `parse_header`.

    A file that is DICOM by its content or its ending but can't be parsed is kept with the reason;
    a file of any other kind is passed over.
    """
    found = Scan(files=len(sources))
    told = max(len(sources) // 100, 1)
    for index, source in enumerate(sources):
        if progress is not None:
            if index % told == 0:
                progress.report(index / len(sources), f"Looking into {len(sources)} files")
            else:
                progress.check()
        before = len(found.images)
        try:
            _look(source, opener, found, parse or parse_header)
        except InputError as error:
            reason = str(error).replace(str(source), source.name).removeprefix("cannot read ")
            found.unreadable.append((source, reason.removeprefix(source.name).lstrip(": ")))
        if seen is not None:
            for header in found.images[before:]:
                seen(header)
    return found


def _look(source: Source, opener: Opener, found: Scan, parse: Parse) -> None:
    name = source.name.lower()
    # A detached header (.nhdr, .mhd) has its data in a second file, which an archive can't offer.
    if (ending := ending_of(source.path.with_name(source.name))) is not None:
        if not (source.member and ending in (".nhdr", ".mhd")):
            found.volumes.append(VolumeFileSeries(source, opener))
        return
    header = parse(source, opener)
    if header is None:
        if name.endswith(_CLAIM_DICOM):
            found.unreadable.append((source, "it is no DICOM file"))
    elif not header.is_image:
        found.others[header.modality or "unknown"] += 1
        if not header.modality or (header.modality == "CT" and header.rows == 0):
            found.unreadable.append((source, "it ends before the description of its pixels"))
    elif header.is_enhanced:
        found.images.extend(frames_of(header, opener))
    else:
        found.images.append(header)


def series_of(found: Scan, opener: Opener) -> list[Series]:
    """Group a scan's images into series, each with its anomalies.

    Localizers, secondary captures and unreadable files are left out and said so: in the series
    they were part of, else in those of their study or folder, else in all.
    """
    groups: dict[tuple[str, str], list[Header]] = {}
    for header in found.images:
        # Without a UID, what lies in one folder is taken together.
        key = header.series_uid or "/".join(map(str, header.source.folder))
        groups.setdefault((header.study_uid, key), []).append(header)
    made: list[tuple[list[Header], Anomalies]] = []
    left_out: list[tuple[str, list[Header]]] = []
    for headers in groups.values():
        kept = [one for one in headers if not one.is_localizer and not one.is_secondary_capture]
        excluded = _excluded(headers)
        if kept:
            made.append((kept, [_left_out(code, group) for code, group in excluded]))
        else:
            left_out += excluded
    for code, group in left_out:
        studies = {header.study_uid for header in group}
        related = [entry for entry in made if entry[0][0].study_uid in studies] or made
        for _, anomalies in related:
            anomalies.append(_left_out(code, group))
    _tell_unreadable(found, made)
    series: list[Series] = []
    for kept, anomalies in sorted(made, key=lambda entry: _listing_order(entry[0][0])):
        mixed = _mixed(kept, found.images)
        parts = split(kept)
        for number, part in enumerate(parts, start=1):
            piece = stack(part)
            said = [*mixed, *check_stack(piece, opener), *anomalies]
            series.append(DicomSeries(piece, said, number, len(parts)))
    return series + found.volumes


def _excluded(headers: list[Header]) -> list[tuple[str, list[Header]]]:
    localizers = [one for one in headers if one.is_localizer]
    captures = [one for one in headers if one.is_secondary_capture and not one.is_localizer]
    named = (("localizer_excluded", localizers), ("secondary_capture_excluded", captures))
    return [(code, group) for code, group in named if group]


def _left_out(code: str, headers: list[Header]) -> Anomaly:
    what = "localizer" if code == "localizer_excluded" else "secondary capture"
    images = f"{len(headers)} {what} image{'s' * (len(headers) != 1)}"
    return Anomaly(code, f"{images} left out ({_first(headers)})")


def _first(headers: Sequence[Header]) -> str:
    more = len(headers) - 1
    return headers[0].source.name + (f" and {more} more" if more else "")


def _tell_unreadable(found: Scan, made: list[tuple[list[Header], Anomalies]]) -> None:
    for source, reason in found.unreadable:
        near = [entry for entry in made if any(one.source.folder == source.folder for one in entry[0])]
        for _, anomalies in near or made:
            anomalies.append(Anomaly("unreadable_file", f"{source.name} left out: {reason}"))


def _mixed(kept: list[Header], images: Iterable[Header]) -> Anomalies:
    """What in one series UID (or, for patients, in one study UID) can't belong together."""
    said = []
    study = kept[0].study_uid
    patients = {one.patient_id for one in kept}
    if study:
        patients |= {one.patient_id for one in images if one.study_uid == study}
    if len(patients) > 1:
        detail = f"{len(patients)} patient IDs in one study; each is a series of its own"
        said.append(Anomaly("mixed_patients", detail))
    if len(turned := _orientations(kept)) > 1:
        detail = f"{len(turned)} orientations in one series; each is a part of its own"
        said.append(Anomaly("mixed_orientation", detail))
    sizes = sorted({f"{one.columns}×{one.rows}" for one in kept})
    if len(sizes) > 1:
        detail = f"images of {' and '.join(sizes)} in one series; each is a part of its own"
        said.append(Anomaly("mixed_matrix", detail))
    return said


def _orientations(headers: list[Header]) -> list[Header]:
    """One header of each orientation that occurs."""
    kinds: list[Header] = []
    for header in headers:
        if header.orientation is not None and not any(same_orientation(header, one) for one in kinds):
            kinds.append(header)
    return kinds


def _listing_order(header: Header) -> tuple[bytes, str, int, str]:
    date = header.texts.get("study_date", b"")
    return (date, header.study_uid, header.series_number or 0, header.series_uid)
