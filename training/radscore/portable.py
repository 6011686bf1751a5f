"""A fitted classifier as ONNX, in operators that any runtime has: nothing of it is pickled.

Written out here because a converter for all of scikit-learn is large and writes trees as an operator of
ONNX's own machine-learning domain, which few runtimes have.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from training.configuration.radscore import ClassifierName as Name
from training.radscore.classifiers import STORES_PATIENTS

# What a classifier takes and gives in its file: (patient, input) and (patient,).
INPUTS, PROBABILITY = "inputs", "probability"
_OPSET, _IR = 17, 8


class _Graph:
    """Nodes and constants under names of their own."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, values: Any, kind: type[np.generic] = np.float32) -> str:
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values, kind), name))
        return name

    def add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        name = f"value_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], **attributes))
        return name


def to_onnx(classifier: Any, name: Name) -> bytes:
    """A pipeline of `make_classifier`, fitted to two kinds, as an ONNX model.

    It takes ``inputs`` (patient, input) and gives ``probability`` (patient,) of the positive kind, in
    single precision.

    Raises
    ------
    ValueError
        If this kind of classifier holds the features of the patients that it was fitted to.
    """
    if name in STORES_PATIENTS:
        raise ValueError(f"{name} holds the features of its patients")
    scaler, fitted = classifier[0], classifier[-1]
    graph = _Graph()
    middle, scale = graph.constant(scaler.mean_), graph.constant(scaler.scale_)
    z = graph.add("Div", graph.add("Sub", INPUTS, middle), scale)
    probability = _KINDS[name](graph, z, fitted)
    axes = graph.constant([1], np.int64)
    graph.nodes.append(helper.make_node("Squeeze", [probability, axes], [PROBABILITY]))
    return bytes(_model(graph, len(scaler.mean_)).SerializeToString(deterministic=True))


def together(models: Sequence[bytes]) -> bytes:
    """Several classifiers side by side: ``0/inputs`` to ``0/probability``, ``1/inputs`` and so on."""
    parts = [onnx.compose.add_prefix(onnx.load_from_string(one), f"{n}/") for n, one in enumerate(models)]
    graph = helper.make_graph(
        [node for part in parts for node in part.graph.node],
        "classifiers",
        [value for part in parts for value in part.graph.input],
        [value for part in parts for value in part.graph.output],
        [constant for part in parts for constant in part.graph.initializer],
    )
    return bytes(_checked(graph).SerializeToString(deterministic=True))


def _model(graph: _Graph, inputs: int) -> onnx.ModelProto:
    kind = onnx.TensorProto.FLOAT
    return _checked(
        helper.make_graph(
            graph.nodes,
            "classifier",
            [helper.make_tensor_value_info(INPUTS, kind, ["n", inputs])],
            [helper.make_tensor_value_info(PROBABILITY, kind, ["n"])],
            graph.constants,
        )
    )


def _checked(graph: onnx.GraphProto) -> onnx.ModelProto:
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR)
    onnx.checker.check_model(model)
    return model


def _linear(graph: _Graph, z: str, fitted: Any) -> str:
    """Logistic regression and linear discriminants alike: the logistic of a weighted sum."""
    weighted = graph.add("MatMul", z, graph.constant(fitted.coef_.T))
    return graph.add("Sigmoid", graph.add("Add", weighted, graph.constant(fitted.intercept_)))


def _naive_bayes(graph: _Graph, z: str, fitted: Any) -> str:
    """The logistic of the difference of the two kinds' log densities."""
    logs = []
    for mean, variance, prior in zip(fitted.theta_, fitted.var_, fitted.class_prior_, strict=True):
        away = graph.add("Sub", z, graph.constant(mean))
        square = graph.add("Mul", away, away)
        distance = graph.add("MatMul", square, graph.constant(-0.5 / variance[:, None]))
        level = np.log(prior) - 0.5 * np.log(2 * np.pi * variance).sum()
        logs.append(graph.add("Add", distance, graph.constant([level])))
    return graph.add("Sigmoid", graph.add("Sub", logs[1], logs[0]))


def _perceptron(graph: _Graph, z: str, fitted: Any) -> str:
    """Rectified layers, and a logistic one at the end."""
    value = z
    for layer, (weights, shift) in enumerate(zip(fitted.coefs_, fitted.intercepts_, strict=True)):
        weighted = graph.add("MatMul", value, graph.constant(weights))
        weighted = graph.add("Add", weighted, graph.constant(shift))
        value = graph.add("Relu" if layer < len(fitted.coefs_) - 1 else "Sigmoid", weighted)
    return value


def _forest(graph: _Graph, z: str, fitted: Any) -> str:
    """All trees at once, a step from the roots at a time; a leaf leads to itself."""
    trees = [one.tree_ for one in fitted.estimators_]
    starts = np.cumsum([0, *(tree.node_count for tree in trees)])[:-1]
    leaf = np.concatenate([tree.children_left < 0 for tree in trees])
    own = np.arange(leaf.size)

    def joined(of: Callable[[Any], NDArray[Any]]) -> NDArray[Any]:
        return np.concatenate([of(tree) for tree in trees])

    offset = np.repeat(starts, [tree.node_count for tree in trees])
    left = np.where(leaf, own, joined(lambda tree: tree.children_left) + offset)
    right = np.where(leaf, own, joined(lambda tree: tree.children_right) + offset)
    feature = np.where(leaf, 0, joined(lambda tree: tree.feature))
    exact = joined(lambda tree: tree.threshold)
    # A single-precision value is at most the threshold if it is at most the next lower such number.
    threshold = exact.astype(np.float32)
    threshold = np.where(threshold > exact, np.nextafter(threshold, np.float32(-np.inf)), threshold)
    kinds = joined(lambda tree: tree.value[:, 0, :])
    share = kinds[:, 1] / kinds.sum(axis=1)
    of_features, of_thresholds, of_left, of_right = (
        graph.constant(feature, np.int64),
        graph.constant(threshold),
        graph.constant(left, np.int64),
        graph.constant(right, np.int64),
    )
    patients = graph.add("Shape", z, end=1)
    wanted = graph.add("Concat", patients, graph.constant([len(trees)], np.int64), axis=0)
    at = graph.add("Expand", graph.constant(starts[None], np.int64), wanted)
    for _ in range(max(tree.max_depth for tree in trees)):
        value = graph.add("GatherElements", z, graph.add("Gather", of_features, at), axis=1)
        below = graph.add("LessOrEqual", value, graph.add("Gather", of_thresholds, at))
        at = graph.add("Where", below, graph.add("Gather", of_left, at), graph.add("Gather", of_right, at))
    shares = graph.add("Gather", graph.constant(share), at)
    return graph.add("ReduceMean", shares, axes=[1], keepdims=1)


_KINDS: dict[Name, Callable[[_Graph, str, Any], str]] = {
    "rf": _forest,
    "nb": _naive_bayes,
    "lr": _linear,
    "mlp": _perceptron,
    "lda": _linear,
}
