"""Classifiers as ONNX give what scikit-learn gives, and none that holds patients becomes a file."""

from __future__ import annotations

import numpy as np
import openvino
import pytest

from training.radscore.classifiers import NAMES, STORES_PATIENTS, make_classifier
from training.radscore.portable import to_onnx, together


def fitted(name: str, seed: int = 1) -> tuple[object, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(3.0, 2.0, (150, 12))
    label = rng.random(150) < 1 / (1 + np.exp(-(x[:, 0] - x[:, 11])))
    return make_classifier(name).fit(x, label), rng.normal(3.0, 2.5, (400, 12))


def run(model: bytes, *inputs: np.ndarray) -> list[np.ndarray]:
    options = {"INFERENCE_PRECISION_HINT": "f32"}
    compiled = openvino.Core().compile_model(openvino.Core().read_model(model), "CPU", options)
    found = compiled({n: one.astype(np.float32) for n, one in enumerate(inputs)})
    return [found[n] for n in range(len(inputs))]


@pytest.mark.parametrize("name", [name for name in NAMES if name not in STORES_PATIENTS])
def test_the_file_gives_what_the_classifier_gives(name: str) -> None:
    classifier, fresh = fitted(name)
    (found,) = run(to_onnx(classifier, name), fresh)
    assert found.shape == (400,)
    np.testing.assert_allclose(found, classifier.predict_proba(fresh)[:, 1], atol=2e-6)
    assert np.ptp(found) > 0.5


def test_several_stand_side_by_side() -> None:
    made = [fitted(name, seed) for seed, name in enumerate(("lr", "rf", "nb"))]
    parts = [to_onnx(one, name) for (one, _), name in zip(made, ("lr", "rf", "nb"), strict=True)]
    for found, (one, fresh) in zip(run(together(parts), *(f for _, f in made)), made, strict=True):
        np.testing.assert_allclose(found, one.predict_proba(fresh)[:, 1], atol=2e-6)


@pytest.mark.parametrize("name", sorted(STORES_PATIENTS))
def test_no_patient_travels(name: str) -> None:
    with pytest.raises(ValueError, match="holds the features of its patients"):
        to_onnx(fitted(name)[0], name)
