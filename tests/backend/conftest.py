"""A cohort of twelve phantoms that several tests fit something to."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
import torch
from tiny_run import CONFIG, Tiny

from training.phantom.cohort import write_cohort


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    made = Tiny(tmp_path_factory.mktemp("tiny"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CTPROG_HOME", str(made.folder / "home"))
        write_cohort(made.folder / "cohort", 12, seed=5)
        (made.folder / "config.yaml").write_text(CONFIG)
        assert made.fit(made.run) == 0
    return made


@pytest.fixture
def tiny_home(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tiny]:
    """The same, with its caches in use; signals and torch's settings are put back behind the test."""
    monkeypatch.setenv("CTPROG_HOME", str(tiny.folder / "home"))
    threads, deterministic = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield tiny
    for number, handler in handlers.items():
        signal.signal(number, handler)
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(deterministic)
