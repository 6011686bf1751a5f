from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_run import Tiny

import training
from ctprog_gui.core.networks.deephit import DeepHit
from ctprog_gui.core.survival.sample import FollowUp
from training.__main__ import main
from training.configuration.experiment import SliceAttentionConfig, load_config
from training.evaluation.versus import _in_plain_words, compare_runs
from training.evaluation.versus_figures import mean_attention
from training.fitting.complexity import complexity
from training.fitting.run_folder import write_predictions

PAPER = Path(training.__file__).parent / "configs" / "paper"


def counted(name: str, slices: int = 72) -> tuple[int, float]:
    config = load_config(PAPER / f"{name}.yaml")
    assert isinstance(config, SliceAttentionConfig)
    found = complexity(config, slices)
    return found.parameters, found.gmacs


@pytest.mark.parametrize(
    ("name", "gmacs"),
    # Published for a picture of 224×224, in multiplications with their additions.
    [("base", 0.39), ("table5_resnet50", 4.09), ("table5_vgg16", 15.48), ("table5_vit_b_16", 17.56)],
)
def test_operations_are_those_that_are_published_for_a_picture(name: str, gmacs: float) -> None:
    assert counted(name, 1)[1] == pytest.approx(gmacs, rel=0.02)
    assert counted(name, 72)[1] == pytest.approx(72 * counted(name, 1)[1], rel=0.001)


def test_the_heads_parameters_are_our_own_count() -> None:
    """The paper's 328 224 does not follow from its table 2."""
    with torch.device("meta"):
        risk = DeepHit(1280, hidden=100, shared_layers=5, cause_layers=5, dropout=0.2, bins=24)
    assert sum(p.numel() for p in risk.parameters()) == 349_525
    assert counted("base")[0] == 4_007_548 + 1_281 + 349_525


def test_mean_attention_takes_volumes_of_any_length() -> None:
    even = mean_attention([np.full(n, 1 / n) for n in (7, 40, 72)])
    assert even == pytest.approx(np.ones(20))
    low = np.zeros(40)
    low[:4] = 0.25
    assert mean_attention([low], 10) == pytest.approx([10.0] + [0.0] * 9)


def _run(tiny: Tiny, folder: Path, risk: np.ndarray) -> Path:
    n = len(risk)
    time = np.linspace(1.0, 23.0, n)
    survival = np.exp(-np.outer(risk, np.arange(25)) / 24)
    folder.mkdir()
    (folder / "config.yaml").write_bytes((tiny.run / "config.yaml").read_bytes())
    follow_up = FollowUp(time, np.ones(n, dtype=bool))
    names = [f"p{i}" for i in range(n)]
    write_predictions(folder / "predictions.csv", names, [i % 4 for i in range(n)], risk, follow_up, survival)
    return folder


def test_a_run_that_knows_is_told_from_one_that_guesses(tiny: Tiny, tmp_path: Path) -> None:
    knows = _run(tiny, tmp_path / "knows", np.linspace(3.0, 0.1, 40))
    guesses = _run(
        tiny, tmp_path / "guesses", np.random.default_rng(1).permutation(np.linspace(3.0, 0.1, 40))
    )
    found = compare_runs(knows, [guesses, knows], swaps=200)
    assert found.runs[0].mean == 1
    assert "learnt nothing" not in _in_plain_words(found)
    same = _run(tiny, tmp_path / "same", np.full(40, 2.0))
    assert "learnt nothing" in _in_plain_words(compare_runs(same, [knows], swaps=9))
    assert found.differences[0].p == pytest.approx(1 / 201)
    assert found.differences[0].difference == pytest.approx(1 - found.runs[1].mean)
    assert (found.differences[1].difference, found.differences[1].p) == (0, 1)


def test_evaluate_against_writes_tables_and_figures(
    tiny_home: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("training.evaluation.versus.SWAPS", 20)
    other = tmp_path / "average"
    assert tiny_home.fit(other, "--set", "network.aggregation=average", "--set", "name=average") == 0
    mean = other / "attention_slices.csv"
    with mean.open() as file:
        assert all(
            float(row["weight"]) == pytest.approx(1 / int(row["slices"])) for row in csv.DictReader(file)
        )
    assert main(["evaluate", str(other), "--against", str(tiny_home.run)]) == 0
    names = {
        f"figures/{stem}.{end}" for stem in ("complexity", "attention_by_position") for end in ("png", "svg")
    }
    names |= {f"tables/{stem}.csv" for stem in ("comparison", "comparison_folds", "complexity")}
    assert {path.relative_to(other).as_posix() for path in other.rglob("*")} >= names | {"comparison.md"}
    with (other / "tables" / "comparison.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["run"] for row in rows] == ["average", "tiny"]
    assert 0 < float(rows[1]["permutation_p"]) <= 1
    assert "Of two patients" in (other / "comparison.md").read_text()
    capsys.readouterr()
    stranger = _run(tiny_home, tmp_path / "stranger", np.linspace(3.0, 0.1, 40))
    assert main(["evaluate", str(other), "--against", str(stranger)]) == 1
    assert capsys.readouterr().err.count("\n") == 1
