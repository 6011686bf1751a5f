"""Who and what can't be fitted to for lack of values: named and left out before any label is looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.shared.errors import InputError
from training.radscore.table import RegionFeatures

# Who lacks more than this share of a region's features has none to speak of: an ROI of one voxel, or
# a ring that is empty. What others lack costs the feature, not the patient.
_MOST_LACKING = 0.5
_MOST_NAMED = 10


@dataclass(frozen=True, eq=False)
class CompleteFeatures:
    """Features by region without a blank.

    Parameters
    ----------
    tables
        Of the patients that are left, in their order.
    there
        (patient left,) where these stood among all that were given.
    left_out
        By region, where those stood that have no features of it.
    blank
        By region, the features that are left out because a patient that is left lacks them.
    """

    tables: dict[str, RegionFeatures]
    there: NDArray[np.int64]
    left_out: dict[str, tuple[int, ...]]
    blank: dict[str, tuple[str, ...]]


def complete_features(tables: Mapping[str, RegionFeatures]) -> CompleteFeatures:
    """Leave out who has no features of a region, then the features that somebody else lacks.

    One patient without values would else take a whole region from the selection of every fold that
    fits to the patient, and stop the fold that predicts the patient.

    Raises
    ------
    InputError
        If nobody is left, or a region is left without features.
    """
    finite = {region: np.isfinite(table.values) for region, table in tables.items()}
    lacking = {region: (~known).mean(axis=1) > _MOST_LACKING for region, known in finite.items()}
    there = np.flatnonzero(~np.any(list(lacking.values()), axis=0))
    if not there.size:
        raise InputError("no patient has features of " + " and ".join(f"the {region}" for region in tables))
    kept, blank = {}, {}
    for region, table in tables.items():
        whole = finite[region][there].all(axis=0)
        if not whole.any():
            raise InputError(f"no feature of the {region} is known of all {there.size} patients")
        names = np.array(table.names)
        kept[region] = RegionFeatures(tuple(names[whole].tolist()), table.values[there][:, whole])
        blank[region] = tuple(names[~whole].tolist())
    left_out = {region: tuple(np.flatnonzero(one).tolist()) for region, one in lacking.items()}
    return CompleteFeatures(kept, there, left_out, blank)


def left_out_remarks(without: Mapping[str, Sequence[str]], blank: Mapping[str, Sequence[str]]) -> list[str]:
    """What is left out, in lines for a person: patients by region and name, then features by region.

    Parameters
    ----------
    without, blank
        By region the patients without features of it, and the features that somebody lacks.
    """
    lines = [
        f"Left out, for they have no features of the {region}: {', '.join(patients)}"
        for region, patients in without.items()
        if patients
    ]
    for region, names in blank.items():
        if names:
            more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
            told = ", ".join(names[:_MOST_NAMED]) + more
            lines.append(f"Features of the {region} left out, for a patient lacks them: {told}")
    return lines
