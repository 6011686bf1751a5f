"""Bundles: finding them, and opening one only if it is whole and understood.

Imports neither torch nor pydantic at the top: the window's process lists bundles too.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from ctprog_gui.core.inference.integrity import check_names, read_checked, read_checksums
from ctprog_gui.core.inference.reference_cohort import EndpointCohort, ReferenceCohort
from ctprog_gui.core.shared.errors import BundleError
from ctprog_gui.core.shared.places import bundle_folders

if TYPE_CHECKING:
    from pydantic import BaseModel

    from ctprog_gui.core.inference.bundle_schema import Calibration, Metadata, Spec
    from ctprog_gui.core.inference.endpoint_schema import EndpointsCalibration, EndpointSpec, RadScores

    Model = TypeVar("Model", bound=BaseModel)
    Cohort = TypeVar("Cohort", ReferenceCohort, EndpointCohort)

METADATA = "configs/metadata.json"
SPEC = "ctprog/spec.json"
CALIBRATION = "ctprog/calibration.json"
COHORT = "ctprog/reference_cohort.csv"
CARD = "docs/README.md"
_SCHEMA = 1
# The system whose bundles predict endpoints.
_OF_ENDPOINTS = "deep_radscore"


class SurvivalParts(NamedTuple):
    """What a bundle of a survival system has, and no other."""

    spec: Spec
    calibration: Calibration
    cohort: ReferenceCohort


class EndpointParts(NamedTuple):
    """What a bundle of endpoints has, and no other."""

    spec: EndpointSpec
    calibration: EndpointsCalibration
    cohort: EndpointCohort
    scores: RadScores


@dataclass(frozen=True, eq=False)
class Bundle:
    """An opened bundle. `sha256` is the hash of its checksum list, and so of all its files."""

    path: Path
    sha256: str
    metadata: Metadata
    parts: SurvivalParts | EndpointParts
    _listed: dict[str, str]

    @property
    def spec(self) -> Spec | EndpointSpec:
        return self.parts.spec

    @property
    def calibration(self) -> Calibration | EndpointsCalibration:
        return self.parts.calibration

    @property
    def cohort(self) -> ReferenceCohort | EndpointCohort:
        return self.parts.cohort

    @property
    def survival(self) -> SurvivalParts:
        """The parts of a survival system; asked of a bundle of one alone."""
        assert isinstance(self.parts, SurvivalParts)
        return self.parts

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
        metadata = _parse(path, METADATA, content, schema.Metadata)
        system = _json(path, SPEC, content[SPEC])
        of_endpoints = isinstance(system, dict) and system.get("system") == _OF_ENDPOINTS
        parts = _endpoint_parts(path, content) if of_endpoints else _survival_parts(path, content)
        reference = parts.calibration.likeness
        likeness = (reference.reference,) if reference else ()
        for weights in (*parts.spec.weights, *likeness):
            if weights not in listed or not weights.endswith(".safetensors"):
                raise BundleError(f"bundle {path}: {weights} is not one of its safetensors files")
        return cls(path, sha256, metadata, parts, listed)

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


def _survival_parts(path: Path, content: dict[str, bytes]) -> SurvivalParts:
    from ctprog_gui.core.inference import bundle_schema as schema

    spec = _parse(path, SPEC, content, schema.Spec)
    calibration = _parse(path, CALIBRATION, content, schema.Calibration)
    return SurvivalParts(spec, calibration, _cohort(path, content, ReferenceCohort.read))


def _endpoint_parts(path: Path, content: dict[str, bytes]) -> EndpointParts:
    from ctprog_gui.core.inference import endpoint_schema as schema

    spec = _parse(path, SPEC, content, schema.EndpointSpec)
    calibration = _parse(path, CALIBRATION, content, schema.EndpointsCalibration)
    names = [one.name for one in spec.endpoints]
    if list(calibration.endpoints) != names:
        raise BundleError(f"bundle {path}: {CALIBRATION} has not the endpoints of {SPEC}, in their order")
    for one in spec.endpoints:
        if one.models.classifiers not in content or not one.models.classifiers.endswith(".onnx"):
            raise BundleError(f"bundle {path}: {one.models.classifiers} is not one of its ONNX files")
    if spec.rad_scores not in content or not spec.rad_scores.endswith(".json"):
        raise BundleError(f"bundle {path}: {spec.rad_scores} is not one of its JSON files")
    scores = _parse(path, spec.rad_scores, content, schema.RadScores)
    try:
        scores.require_fit(spec)
    except ValueError as error:
        raise BundleError(f"bundle {path}: {spec.rad_scores}: {error}") from error
    cohort = _cohort(path, content, lambda table: EndpointCohort.read(table, names))
    return EndpointParts(spec, calibration, cohort, scores)


def _cohort(path: Path, content: dict[str, bytes], read: Callable[[bytes], Cohort]) -> Cohort:
    try:
        return read(content[COHORT])
    except (ValueError, KeyError, TypeError) as error:
        raise BundleError(f"bundle {path}: {COHORT} can't be read: {error}") from error
