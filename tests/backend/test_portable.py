"""Classifiers as ONNX give what scikit-learn gives, and none that holds patients becomes a file."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx.reference import ReferenceEvaluator

from training.radscore.classifiers import NAMES, STORES_PATIENTS, make_classifier
from training.radscore.portable import to_onnx, together


def fitted(name: str, seed: int = 1) -> tuple[object, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(3.0, 2.0, (150, 12))
    label = rng.random(150) < 1 / (1 + np.exp(-(x[:, 0] - x[:, 11])))
    return make_classifier(name).fit(x, label), rng.normal(3.0, 2.5, (400, 12))


def run(model: bytes, *inputs: np.ndarray) -> list[np.ndarray]:
    evaluator = ReferenceEvaluator(onnx.load_from_string(model))
    names = [one.name for one in onnx.load_from_string(model).graph.input]
    given = dict(zip(names, (one.astype(np.float32) for one in inputs), strict=True))
    # As in `Classifiers`: the evaluator's logistic overflows in the branch it does not take.
    with np.errstate(over="ignore", invalid="ignore"):
        return list(evaluator.run(None, given))


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


@pytest.mark.parametrize("name", [name for name in NAMES if name not in STORES_PATIENTS])
def test_what_lies_far_outside_gets_a_probability(name: str) -> None:
    classifier, _ = fitted(name)
    (found,) = run(to_onnx(classifier, name), np.full((2, 12), [[1e4], [-1e4]]))
    assert ((found >= 0) & (found <= 1)).all()


@pytest.mark.parametrize("name", sorted(STORES_PATIENTS))
def test_no_patient_travels(name: str) -> None:
    with pytest.raises(ValueError, match="holds the features of its patients"):
        to_onnx(fitted(name)[0], name)
