"""A run whose fits changed the encoder becomes a bundle that says what the run said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_run import Tiny

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.inference.attribution import saliency_of
from ctprog_gui.core.inference.bundle import Bundle
from ctprog_gui.core.inference.slice_attention import SliceAttentionModel, tuned_encoder
from ctprog_gui.core.networks.registry import build_encoder, build_head
from ctprog_gui.core.networks.spec import EncoderSpec, SliceAttentionSpec
from ctprog_gui.core.preprocessing.slices import NetworkSlices
from ctprog_gui.core.shared.places import user_cache
from training.__main__ import main
from training.evaluation.external import load_model
from training.evaluation.run_images import find_image, read_cases
from training.fitting.run_folder import read_predictions

CPU = torch.device("cpu")


@pytest.fixture
def run(tiny_home: Tiny, tmp_path: Path) -> Path:
    settings = [
        "network.encoder.trainable=last",
        "fit.epochs=2",
        "fit.learning_rate=0.01",
        "heads_per_fold=1",
    ]
    out = tmp_path / "run"
    assert tiny_home.fit(out, *(part for one in settings for part in ("--set", one))) == 0
    return out


def test_a_tuned_run_becomes_a_bundle(run: Path, tiny_home: Tiny, tmp_path: Path) -> None:
    assert main(["export", str(run), "--out", str(tmp_path / "bundle")]) == 0
    bundle = Bundle.open(tmp_path / "bundle")
    assert bundle.spec.models.tuned is not None
    assert "one for each head" in (tmp_path / "bundle" / "docs" / "README.md").read_text()
    model = SliceAttentionModel.of_bundle(bundle, CPU)
    assert len(model.tuned) == len(model.heads) == 2
    patients, fold, *_, survival = read_predictions(run / "predictions.csv")
    cases = read_cases(run)
    for i in (0, 7):
        image = find_image(cases[patients[i]], user_cache() / "prepared")
        assert image is not None
        features = model.encode(image.pixels.astype(np.float32))
        answer = model.answer(features)
        # The head that held the patient out says what it said in the run; the other encoder differs.
        assert answer.survival[fold[i]] == pytest.approx(survival[i], abs=1e-5)
        assert not torch.allclose(features[:, 1], features[:, 2])
        assert answer.survival == pytest.approx(load_model(run, CPU)[1].answer(features).survival, abs=1e-6)
    slices = NetworkSlices(
        image.pixels.astype(np.float32),
        Geometry((*image.pixels.shape[:0:-1], len(image.pixels)), image.spacing_mm),
        np.eye(len(image.pixels)),
        lungs_found=True,
    )
    cam = saliency_of(model, slices, features.clone()).map.voxels
    assert np.isfinite(cam).all()
    assert cam.max() > 0
    # Without --prepared and with the same cohort in the place of another: it is judged by all heads.
    assert main(["evaluate", str(run), "--cohort", str(tiny_home.table), "--threads", "1"]) == 0


def test_encoders_share_what_no_fit_changed() -> None:
    spec = EncoderSpec(widths=(4, 4, 8, 8))
    encoder = build_encoder(spec)
    state = {k: v + 1 for k, v in encoder.state_dict().items() if k.startswith("backbone.4")}
    other = tuned_encoder(encoder, state)
    own, theirs = dict(encoder.named_parameters()), dict(other.named_parameters())
    assert {k for k in own if own[k] is not theirs[k]} == state.keys() & own.keys()
    with pytest.raises(ValueError, match="has no nothing"):
        tuned_encoder(encoder, {"nothing": torch.zeros(1)})
    pixels = np.random.default_rng(0).random((3, 32, 32)).astype(np.float32)
    heads = [build_head(SliceAttentionSpec(spec, hidden=4)) for _ in range(2)]
    with pytest.raises(ValueError, match="1 tuned encoders for 2 heads"):
        SliceAttentionModel(encoder, heads, CPU, tuned=[other])
    found = SliceAttentionModel(encoder, heads, CPU, tuned=[encoder, other]).encode(pixels)
    with torch.no_grad():
        expected = [one(torch.from_numpy(pixels).unsqueeze(1)) for one in (encoder, encoder, other)]
    assert torch.allclose(found, torch.stack(expected, dim=1), atol=1e-5)
    # Saliency is the mean of each encoder's own: two encoders that are one give what that one gives.
    slices = NetworkSlices(pixels, Geometry((32, 32, 3), (1.0, 1.0, 1.0)), np.eye(3), lungs_found=True)
    alone = SliceAttentionModel(encoder, heads[:1], CPU)
    twice = SliceAttentionModel(encoder, [heads[0], heads[0]], CPU, tuned=[encoder, encoder])
    maps = [saliency_of(one, slices, one.encode(pixels).clone()).map.voxels for one in (alone, twice)]
    assert maps[1] == pytest.approx(maps[0] / 2, rel=1e-3, abs=1e-7)
