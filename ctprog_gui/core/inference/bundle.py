"""Bundles: finding them, and opening one only if it is whole and understood.

Imports neither torch nor pydantic at the top: the window's process lists bundles too.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.inference.integrity import check_names, read_checked, read_checksums
from ctprog_gui.core.shared.errors import BundleError
from ctprog_gui.core.shared.places import bundle_folders
from ctprog_gui.core.survival.sample import FollowUp

if TYPE_CHECKING:
    from pydantic import BaseModel

    from ctprog_gui.core.inference.bundle_schema import Calibration, Metadata, Spec

    Model = TypeVar("Model", bound=BaseModel)

METADATA = "configs/metadata.json"
SPEC = "ctprog/spec.json"
CALIBRATION = "ctprog/calibration.json"
COHORT = "ctprog/reference_cohort.csv"
CARD = "docs/README.md"
_SCHEMA = 1


@dataclass(frozen=True, eq=False)
class ReferenceCohort:
    """Out-of-fold scores of the patients a bundle was fitted on, with their follow-up."""

    risk_score: NDArray[np.float64]
    follow_up: FollowUp

    def percentile(self, score: float) -> float:
        """Share of the cohort below `score`, ties counted half, 0 to 100."""
        below = np.count_nonzero(self.risk_score < score)
        equal = np.count_nonzero(self.risk_score == score)
        return 100.0 * (below + 0.5 * equal) / self.risk_score.size


@dataclass(frozen=True, eq=False)
class Bundle:
    """An opened bundle. `sha256` is the hash of its checksum list, and so of all its files."""

    path: Path
    sha256: str
    spec: Spec
    metadata: Metadata
    calibration: Calibration
    cohort: ReferenceCohort
    _listed: dict[str, str]

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def system(self) -> str:
        return self.spec.system

    @classmethod
    def open(cls, path: Path) -> Bundle:
        """Check every file of a bundle, then read its description; no code of it runs.

        Raises
        ------
        BundleError
            With the reason: a file changed, missing, unlisted or of a kind that can run code; a
            schema or version this software doesn't know; a description that makes no sense.
        """
        from ctprog_gui.core.inference import bundle_schema as schema

        path = Path(path)
        if not path.is_dir():
            raise BundleError(f"there is no bundle at {path}")
        listed, sha256 = read_checksums(path)
        check_names(path, listed)
        content = {name: read_checked(path, name, listed) for name in listed}
        for needed in (METADATA, SPEC, CALIBRATION, COHORT, CARD):
            if needed not in content:
                raise BundleError(f"bundle {path} has no {needed}")
        spec = _parse(path, SPEC, content, schema.Spec)
        metadata = _parse(path, METADATA, content, schema.Metadata)
        calibration = _parse(path, CALIBRATION, content, schema.Calibration)
        likeness = [calibration.likeness.reference] if calibration.likeness else []
        tuned = [] if spec.models.tuned is None else [spec.models.tuned]
        for weights in (spec.models.encoder, *spec.models.heads, *tuned, *likeness):
            if weights not in listed or not weights.endswith(".safetensors"):
                raise BundleError(f"bundle {path}: {weights} is not one of its safetensors files")
        return cls(path, sha256, spec, metadata, calibration, _cohort(path, content[COHORT]), listed)

    def read(self, name: str) -> bytes:
        """One of its files, checked again on the bytes handed out."""
        return read_checked(self.path, name, self._listed)


def find_bundles() -> list[Path]:
    """Folders that look like bundles, the shipped ones first, then the person's own, by name."""
    found = []
    for folder in bundle_folders():
        if folder.is_dir():
            found += sorted(path for path in folder.iterdir() if (path / SPEC).is_file())
    return found


def resolve(name_or_dir: str) -> Path:
    """The folder of a bundle given by its folder's name or by a path.

    Raises
    ------
    BundleError
        If there is none; the message lists those found.
    """
    path = Path(name_or_dir)
    if path.is_dir():
        return path
    found = find_bundles()
    for bundle in found:
        if bundle.name == name_or_dir:
            return bundle
    known = ", ".join(bundle.name for bundle in found) or "none"
    raise BundleError(f"there is no bundle {name_or_dir} (found: {known})")


def list_bundles(verify: bool = False) -> list[dict[str, Any]]:
    """One row a bundle found: name, path, system, sha256, intended_use, clinical; error if it is refused.

    `clinical` are the clinical values that it takes, as `ClinicalInput.to_json` writes them.

    Without `verify` only the two descriptions are read; with it, every file is checked.
    """
    rows: list[dict[str, Any]] = []
    for path in find_bundles():
        row: dict[str, Any] = {"name": path.name, "path": str(path)}
        try:
            if verify:
                bundle = Bundle.open(path)
                system, sha256 = bundle.system, bundle.sha256
                uses_roi = bundle.spec.uses_roi
                intended, clinical = bundle.metadata.ctprog.intended_use, bundle.spec.clinical
            else:
                listed, sha256 = read_checksums(path)
                spec = _json(path, SPEC, read_checked(path, SPEC, listed))
                system, uses_roi = spec["system"], spec["uses_roi"]
                clinical = spec.get("clinical", [])
                metadata = _json(path, METADATA, read_checked(path, METADATA, listed))
                intended = metadata["ctprog"]["intended_use"]
            row |= {"system": system, "sha256": sha256, "intended_use": intended, "clinical": clinical}
            row["uses_roi"] = uses_roi
        except BundleError as error:
            row["error"] = str(error)
        except (KeyError, TypeError):
            row["error"] = f"bundle {path}: its description lacks a part"
        rows.append(row)
    return rows


def _json(path: Path, name: str, content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError as error:
        raise BundleError(f"bundle {path}: {name} is not JSON: {error}") from error


def _parse(path: Path, name: str, content: dict[str, bytes], model: type[Model]) -> Model:
    from pydantic import ValidationError

    value = _json(path, name, content[name])
    if isinstance(value, dict) and "schema" in model.model_json_schema()["properties"]:
        version = value.get("schema")
        if version != _SCHEMA:
            raise BundleError(
                f"bundle {path}: {name} has schema {version}, but this version of CTProg reads {_SCHEMA}"
            )
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "it"
        raise BundleError(f"bundle {path}: {name}: {where}: {first['msg']}") from error


def _cohort(path: Path, content: bytes) -> ReferenceCohort:
    try:
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8"))))
        score = np.array([float(row["risk_score"]) for row in rows])
        if not np.isfinite(score).all():
            raise ValueError("a risk score is not finite")
        events = {"0": False, "1": True}
        follow_up = FollowUp(
            np.array([float(row["time_months"]) for row in rows]),
            np.array([events[row["event"]] for row in rows], dtype=np.bool_),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise BundleError(f"bundle {path}: {COHORT} can't be read: {error}") from error
    return ReferenceCohort(score, follow_up)
