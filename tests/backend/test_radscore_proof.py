"""The proof of Deep-RadScore on phantoms, in small: sixty coarse ones, a network of four channels."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

import training
from ctprog_gui.core.statistics.roc import auc
from training.__main__ import main as train
from training.phantom.plan import SIZES
from training.radscore.proof import main
from training.radscore.proof_data import probability

CONFIG = Path(training.__file__).parent / "configs" / "deep_radscore" / "phantom_proof.yaml"
SMALL = [
    *("fitted=32", "judged=28", "shuffles=1", "strength=6", "drivers={texture: [texture]}"),
    *("preprocessing={side: 32, spacing_mm: 2.0}", "head.epochs=5", "radiomics.inner_folds=3"),
    "encoder={name: resnet2d, widths: [4, 4, 8, 8], channels: 1, pooling: average_and_maximum}",
    *(
        "pretraining={epochs: 1, components: 4, batch_size: 8}",
        "choice={among: [nb, lr], folds: 3, repeats: 1}",
    ),
]


def prove(out: Path, *more: str) -> int:
    settings = [part for one in (*SMALL, *more) for part in ("--set", one)]
    return main([str(CONFIG), str(out), "--workers", "1", *settings])


@pytest.fixture(scope="module")
def proven(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("proof") / "out"
    with pytest.MonkeyPatch.context() as patch:
        # Coarser cubes of the same width, for speed.
        patch.setitem(SIZES, "cube", ((48, 48, 48), (1.75, 1.75, 1.75)))
        assert prove(out) == 0
    return out


def scores(out: Path, name: str) -> dict[str, np.ndarray]:
    with (out / "endpoints" / name / "scores.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {key: np.array([float(row[key]) for row in rows]) for key in rows[0] if key != "patient_id"}


def test_the_tumours_radscore_finds_the_texture_and_moves_the_fused_model(proven: Path) -> None:
    found = scores(proven, "texture")
    label = found["label"] == 1
    assert len(label) == 28
    assert auc(found["oracle"], label) > auc(found["tumour"], label) - 0.02 > 0.8
    # 28 patients leave chance wide: a ring that told as much as the tumour would be seen all the same.
    assert auc(found["ring"], label) < auc(found["tumour"], label) - 0.1
    text = (proven / "report.md").read_text()
    assert "28 others judged by" in text
    assert "1 times labels dealt out anew" in text
    with (proven / "endpoints" / "texture" / "parts.csv").open(newline="") as file:
        moved = {row["part"]: float(row["value"]) for row in csv.DictReader(file) if row["of"] == "moved"}
    assert moved["tumour"] > moved["ring"]


def test_labels_dealt_anew_are_as_many_and_go_with_nothing(proven: Path) -> None:
    null = scores(proven, "shuffled-1")
    assert abs(auc(null["tumour"], null["label"] == 1) - 0.5) < 0.3
    assert (null["oracle"] == 0.5).all()


def test_a_proof_that_lost_an_endpoint_ends_with_the_same_report(
    proven: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (proven / "report.md").read_bytes()
    (proven / "endpoints" / "shuffled-1" / "scores.csv").unlink()
    assert prove(proven) == 0
    assert (proven / "report.md").read_bytes() == before
    assert prove(proven, "seed=5") == 1
    assert "another configuration" in capsys.readouterr().err


def test_an_endpoint_follows_all_its_drivers() -> None:
    truth = tuple({"texture_hu": str(t), "ring": str(r)} for t, r in ((40, 90), (60, 90), (60, 38)))
    told = probability(truth, ("texture", "ring"), 2.0)
    assert told == pytest.approx([0.5, 1 / (1 + np.exp(-2)), 0.5])


def test_what_is_no_proof_or_no_fit_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(CONFIG.with_name("egfr.yaml")), str(tmp_path / "out")]) == 1
    assert "no proof" in capsys.readouterr().err
    assert main([str(CONFIG), str(tmp_path / "out"), "--set", "drivers={a: [luck]}"]) == 1
    assert "a must name one or more of" in capsys.readouterr().err
    (tmp_path / "cohort.csv").touch()
    asked = ["fit", str(CONFIG), "--cohort", str(tmp_path / "cohort.csv"), "--out", str(tmp_path / "run")]
    assert train(asked) == 1
    assert "draws its own patients" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
