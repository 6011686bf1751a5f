"""Measures as a CSV table."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from ctprog_gui.core.annotations.annotation import Annotation
from ctprog_gui.core.annotations.measures import Measured, measure
from ctprog_gui.core.imaging.planes import PlaneOfVolume
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.shared.writing import replacing

_NUMBERS = tuple(asdict(Measured()))
COLUMNS = ("name", "kind", "plane", "slice", *_NUMBERS, "points_lps_mm")


def write_table(path: Path, annotations: Sequence[Annotation], volume: Volume) -> None:
    """Write a row a measure. Slices count from 1 as on the screen; nobody is named.

    A measure on an oblique plane lies on no slice: that cell is empty, and its plane says so.

    Raises
    ------
    InputError
        If the file can't be written.
    """
    text = io.StringIO()
    rows = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    rows.writeheader()
    for annotation in annotations:
        stack = PlaneOfVolume(volume.geometry, annotation.plane)
        oblique = annotation.oblique_in(volume.geometry)
        numbers = asdict(measure(annotation, volume))
        rows.writerow(
            {
                "name": annotation.name,
                "kind": annotation.kind.value,
                "plane": "oblique" if oblique else annotation.plane.value,
                "slice": "" if oblique else stack.slice_at(annotation.points_mm[0]) + 1,
                **{key: "" if value is None else f"{value:.6g}" for key, value in numbers.items()},
                "points_lps_mm": "; ".join(" ".join(f"{v:.3f}" for v in p) for p in annotation.points_mm),
            }
        )
    with replacing(path) as partial:
        partial.write_text(text.getvalue(), encoding="utf-8")
