"""A cohort of twelve phantoms, and what is fitted to it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from training.__main__ import main

# Nothing can be learnt here: what is tested is that all parts fit together.
CONFIG = """
system: slice_attention
name: tiny
seed: 3
folds: 2
heads_per_fold: 2
preprocessing: {spacing_mm: [5, 5, 8], slice_size: [48, 64], fit: pad}
network:
  encoder: {widths: [4, 4, 8, 8]}
  hidden: 8
  shared_layers: 1
  cause_layers: 1
  bins: 24
pretraining: {epochs: 2, batch_size: 32}
fit: {epochs: 3, batch_size: 8}
bundle: {license: Apache-2.0, intended_use: Tests., trained_on: Phantoms., synthetic: true}
"""


@dataclass(frozen=True)
class Tiny:
    """A folder with ``cohort/``, ``config.yaml``, a ``home`` with warm caches and a finished ``run``."""

    folder: Path

    @property
    def table(self) -> Path:
        return self.folder / "cohort" / "cohort.csv"

    @property
    def run(self) -> Path:
        return self.folder / "run"

    def fit(self, out: Path, *more: str) -> int:
        """``ctprog-train fit`` with a thread."""
        arguments = ["fit", str(self.folder / "config.yaml"), "--cohort", str(self.table), "--out", str(out)]
        return main([*arguments, "--device", "cpu", "--threads", "1", *more])

    def without_encoders(self, home: Path) -> Path:
        """A copy of the home that knows the prepared images alone."""
        kept = shutil.ignore_patterns("encoders", "features")
        return Path(shutil.copytree(self.folder / "home", home, ignore=kept))
