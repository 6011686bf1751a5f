"""A bundle is opened only if it is whole: every way to tamper with one is refused with its reason."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ctprog_gui.core.inference.bundle import (
    CALIBRATION,
    COHORT,
    METADATA,
    SPEC,
    Bundle,
    list_bundles,
    resolve,
)
from ctprog_gui.core.inference.integrity import CHECKSUMS, checksum_list, file_sha256
from ctprog_gui.core.shared.errors import BundleError
from ctprog_gui.core.shared.places import resources

SHIPPED = resources() / "bundles" / "phantom-slice-attention"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "bundle"))


def _sign(folder: Path) -> None:
    """Make the checksums fit what is there, as whoever forges a bundle would."""
    (folder / CHECKSUMS).write_text(checksum_list(folder), encoding="utf-8")


def _edit(folder: Path, file: str, **changes: Any) -> None:
    value = json.loads((folder / file).read_text(encoding="utf-8"))
    (folder / file).write_text(json.dumps({**value, **changes}), encoding="utf-8")
    _sign(folder)


def test_the_shipped_bundle_opens_and_says_what_it_is() -> None:
    bundle = Bundle.open(SHIPPED)
    assert bundle.name == SHIPPED.name
    assert bundle.system == "slice_attention"
    assert bundle.sha256 == file_sha256(SHIPPED / CHECKSUMS)
    assert bundle.metadata.ctprog.synthetic
    assert bundle.spec.horizon_months == 24
    assert bundle.cohort.risk_score.size == bundle.cohort.follow_up.n
    assert bundle.calibration.cutoff.in_sample


def test_the_cohort_names_nobody() -> None:
    header, *lines = (SHIPPED / COHORT).read_text(encoding="utf-8").splitlines()
    assert header.split(",")[:5] == ["patient_key", "risk_score", "time_months", "event", "split"]
    assert all(line.startswith("k") and "phantom" not in line for line in lines)


@pytest.mark.parametrize("name", [SPEC, METADATA, COHORT, "models/encoder.safetensors", "docs/README.md"])
def test_one_changed_byte_is_refused(copy: Path, name: str) -> None:
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(content)
    with pytest.raises(BundleError, match=f"{name} does not match its checksum"):
        Bundle.open(copy)


def test_a_missing_file_is_refused(copy: Path) -> None:
    name = Bundle.open(copy).spec.models.heads[0]
    (copy / name).unlink()
    with pytest.raises(BundleError, match=f"{name} is missing"):
        Bundle.open(copy)


def test_an_unlisted_file_is_refused(copy: Path) -> None:
    (copy / "extra.txt").write_text("hello")
    with pytest.raises(BundleError, match=r"extra\.txt is not in checksums"):
        Bundle.open(copy)


@pytest.mark.parametrize("name", ["models/model.pt", "models/model.PKL", "code.py", "models/x.npz"])
def test_what_can_run_code_is_refused_even_if_listed(copy: Path, name: str) -> None:
    (copy / name).write_bytes(b"data")
    _sign(copy)
    with pytest.raises(BundleError, match="can run code"):
        Bundle.open(copy)


def test_links_are_refused(copy: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.md"
    (copy / "docs/README.md").rename(outside)
    (copy / "docs/README.md").symlink_to(outside)
    with pytest.raises(BundleError, match="not a plain file"):
        Bundle.open(copy)


@pytest.mark.parametrize("name", ["../outside.txt", "/etc/passwd", "models/../../x", "a\\b"])
def test_paths_out_of_the_bundle_are_refused(copy: Path, name: str) -> None:
    with (copy / CHECKSUMS).open("a", encoding="utf-8") as file:
        file.write(f"{'0' * 64}  {name}\n")
    with pytest.raises(BundleError, match="outside the bundle"):
        Bundle.open(copy)


@pytest.mark.parametrize("line", ["nonsense", "ABC  x", f"{'0' * 63}  x", f"{'0' * 64} x"])
def test_a_line_that_is_no_checksum_is_refused(copy: Path, line: str) -> None:
    with (copy / CHECKSUMS).open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    with pytest.raises(BundleError, match="is not a checksum"):
        Bundle.open(copy)


def test_no_checksums_no_bundle(copy: Path) -> None:
    (copy / CHECKSUMS).unlink()
    with pytest.raises(BundleError, match="has no checksums"):
        Bundle.open(copy)


@pytest.mark.parametrize("name", [SPEC, CALIBRATION])
def test_a_newer_schema_is_refused_by_its_number(copy: Path, name: str) -> None:
    _edit(copy, name, schema=2)
    with pytest.raises(BundleError, match="schema 2, but this version of CTProg reads 1"):
        Bundle.open(copy)


@pytest.mark.parametrize(
    ("name", "changes", "reason"),
    [
        (SPEC, {"system": "horoscope"}, "system"),
        (SPEC, {"name": "../evil"}, "name"),
        (SPEC, {"surprise": 1}, "surprise"),
        (SPEC, {"horizon_months": 36}, "horizon_months"),
        (SPEC, {"preprocessing": {"blur": 3}}, "blur"),
        (SPEC, {"network": {"bins": 24, "encoder": {"channels": 9}}}, "channels"),
        (SPEC, {"models": {"encoder": "../../x.safetensors", "heads": ["a"]}}, "not one of its safetensors"),
        (SPEC, {"models": {"encoder": "docs/README.md", "heads": ["docs/README.md"]}}, "not one of its"),
        (SPEC, {"uses_roi": "sometimes"}, "uses_roi"),
        (CALIBRATION, {"cutoff": {"value": "x", "rule": "", "in_sample": True}}, "cutoff"),
        (CALIBRATION, {"training_ranges": {"mean_hu": {"low": 2, "high": 1}}}, "low"),
        (METADATA, {"ctprog": {}}, "ctprog"),
    ],
)
def test_a_description_that_makes_no_sense_is_refused(
    copy: Path, name: str, changes: dict[str, Any], reason: str
) -> None:
    _edit(copy, name, **changes)
    with pytest.raises(BundleError, match=reason) as raised:
        Bundle.open(copy)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        (SPEC, b"{", "not JSON"),
        (SPEC, b"[]", "it:"),
        (COHORT, b"patient_key,risk_score,time_months,event,split\nk1,nan,3,1,train\n", "not finite"),
        (COHORT, b"patient_key,risk_score,time_months,event,split\nk1,1,3,yes,train\n", "can't be read"),
        (COHORT, b"patient_key\nk1\n", "can't be read"),
        (COHORT, b"\xff\xfe", "can't be read"),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_refused(
    copy: Path, name: str, content: bytes, reason: str
) -> None:
    (copy / name).write_bytes(content)
    _sign(copy)
    with pytest.raises(BundleError, match=reason):
        Bundle.open(copy)


def test_weights_changed_after_opening_are_refused(copy: Path) -> None:
    bundle = Bundle.open(copy)
    (copy / "models/encoder.safetensors").write_bytes(b"other weights")
    with pytest.raises(BundleError, match="does not match its checksum"):
        bundle.read("models/encoder.safetensors")


def test_bundles_are_found_by_name_or_folder(copy: Path) -> None:
    assert resolve("phantom-slice-attention") == SHIPPED
    assert resolve(str(copy)) == copy
    with pytest.raises(BundleError, match=r"no bundle gone \(found: .*phantom-slice-attention"):
        resolve("gone")


def test_a_broken_bundle_of_the_person_is_listed_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CTPROG_HOME", str(tmp_path))
    own = tmp_path / "data" / "bundles" / "mine"
    shutil.copytree(SHIPPED, own)
    (own / "docs" / "README.md").write_text("better")
    rows = {row["name"]: row for row in list_bundles(verify=True)}
    assert "error" not in rows["phantom-slice-attention"]
    assert rows["phantom-slice-attention"]["sha256"] == Bundle.open(SHIPPED).sha256
    assert "does not match its checksum" in rows["mine"]["error"]
    # Without verifying, only the descriptions are looked at.
    assert all("error" not in row for row in list_bundles())


def test_listing_bundles_imports_no_torch() -> None:
    code = (
        "import sys\n"
        "from ctprog_gui.core.inference.bundle import list_bundles\n"
        "import ctprog_gui.core.inference.prediction, ctprog_gui.core.inference.result\n"
        "assert list_bundles()\n"
        "print(sorted({'torch', 'monai', 'pydantic', 'scipy', 'pandas'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
