"""What a report says in words, and the pictures of examples: from figures and files of a run alone."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest
from tiny_run import Tiny

from ctprog_gui.core.survival.sample import FollowUp
from training.__main__ import main
from training.evaluation.attention_examples import why_none
from training.evaluation.measure import Measure
from training.evaluation.plain_words import ABOVE_VOLUME, OF_VOLUME, RESEARCH, opening
from training.evaluation.run_images import read_cases
from training.evaluation.versus import compare_runs, write_comparison
from training.fitting.run_folder import write_predictions


def said(own: tuple[float, float, float], above: tuple[float, float, float]) -> str:
    measures = [
        Measure("C-index (Harrell)", *own),
        Measure(OF_VOLUME, own[0] - above[0], 0.5, 0.7),
        Measure(ABOVE_VOLUME, *above),
    ]
    return opening(100, 60, 5, measures)


@pytest.mark.parametrize(
    ("own", "above", "phrases"),
    [
        ((0.70, 0.62, 0.78), (0.08, 0.02, 0.14), ("better than chance", "the model is better.")),
        ((0.61, 0.55, 0.67), (0.01, -0.03, 0.05), ("better than chance", "no better than volume.")),
        (
            (0.53, 0.45, 0.61),
            (-0.05, -0.12, 0.01),
            ("cannot be told from chance", "no better than volume, and lies"),
        ),
        ((0.40, 0.32, 0.48), (-0.2, -0.3, -0.1), ("worse than chance", "worse than volume")),
    ],
)
def test_nothing_is_called_better_where_the_interval_holds_no_difference(
    own: tuple[float, float, float], above: tuple[float, float, float], phrases: tuple[str, ...]
) -> None:
    text = said(own, above)
    assert all(phrase in text for phrase in phrases)
    assert f"in {100 * own[0]:.0f} (95 % interval {100 * own[1]:.0f} to {100 * own[2]:.0f}) of 100" in text
    assert text.startswith("The model was tried on 100 patients")
    assert text.endswith(RESEARCH)


def test_a_report_opens_with_words_and_shows_what_was_looked_at(tiny_home: Tiny, tmp_path: Path) -> None:
    run = Path(shutil.copytree(tiny_home.run, tmp_path / "run"))
    assert main(["evaluate", str(run)]) == 0
    report = (run / "report.md").read_text()
    assert report.startswith(
        "# Report\n\nThe model was tried on 12 patients, each judged by a model that had not"
    )
    assert "(figures/attention_examples.png)" in report
    assert (run / "figures" / "attention_examples.svg").is_file()
    with (run / "tables" / "measures.csv").open() as file:
        found = {row["measure"]: float(row["value"]) for row in csv.DictReader(file)}
    cases = read_cases(run)
    assert len(cases) == 12
    assert found[ABOVE_VOLUME] == pytest.approx(found["C-index (Harrell)"] - found[OF_VOLUME])
    # The same without the images: the report says so, and where they could come from.
    assert main(["evaluate", str(run), "--prepared", str(tmp_path / "nowhere")]) == 0
    report = (run / "report.md").read_text()
    assert "attention_examples" not in report
    assert "not in the cache any more" in report
    (run / "cases.csv").unlink()
    assert "does not tell which" in str(why_none(run, tmp_path))


def test_repeated_runs_are_paired_by_seed(tiny: Tiny, tmp_path: Path) -> None:
    """Table 6's form: with six seeds that all lean one way W is 0, p 0.03125 and r 0.899, as it prints."""
    n, rng = 40, np.random.default_rng(3)
    follow_up = FollowUp(np.linspace(1.0, 23.0, n), np.ones(n, dtype=bool))
    config = (tiny.run / "config.yaml").read_text()

    def write(folder: Path, risk: np.ndarray) -> None:
        folder.mkdir(parents=True)
        (folder / "config.yaml").write_text(config)
        survival = np.exp(-np.outer(risk, np.arange(25)) / 24)
        names = [f"p{i}" for i in range(n)]
        write_predictions(
            folder / "predictions.csv", names, [i % 4 for i in range(n)], risk, follow_up, survival
        )

    for seed in range(3, 9):
        good = np.linspace(3.0, 0.1, n) + rng.normal(0, 0.2, n).clip(-0.5, 0.5) + 0.6
        for name, risk in (("knows", good), ("guesses", rng.permutation(good))):
            write(tmp_path / name / ("" if seed == 3 else f"seeds/{seed}"), risk)
    found = compare_runs(tmp_path / "knows", [tmp_path / "guesses"], swaps=9)
    (repeats,) = found.repeats
    assert repeats.seeds == (3, 4, 5, 6, 7, 8)
    assert (repeats.first_ctd > repeats.other_ctd).all()
    assert (repeats.statistic, repeats.p) == (0.0, 0.03125)
    assert repeats.effect_size == pytest.approx(0.899, abs=5e-4)
    write_comparison(tmp_path / "knows", found)
    assert "| 6 | " in (tmp_path / "knows" / "comparison.md").read_text()
    with (tmp_path / "knows" / "tables" / "comparison_seeds.csv").open() as file:
        assert len(list(csv.DictReader(file))) == 6
