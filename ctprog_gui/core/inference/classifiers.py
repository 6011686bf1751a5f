"""Classical classifiers of a bundle: one ONNX file an endpoint, run by OpenVINO.

Imported by the inference process alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.inference.bundle import Bundle
from ctprog_gui.core.shared.errors import BundleError

Floats = NDArray[np.float64]

# What a classifier is made of where `ctprog-train export` wrote it; more is not run.
_OPERATORS = frozenset({"Add", "Div", "MatMul", "Mul", "ReduceMean", "Relu", "Sigmoid", "Squeeze", "Sub"}) | {
    *("Concat", "Expand", "Gather", "GatherElements", "LessOrEqual", "Shape", "Where")
}


class Classifiers:
    """The classifiers of an endpoint's folds: ``k/inputs`` (n, input) to ``k/probability`` (n,).

    Raises
    ------
    BundleError
        If the file is none of these, or holds another operator than they are made of.
    """

    def __init__(self, bundle: Bundle, name: str, folds: int, inputs: int) -> None:
        self._where = f"bundle {bundle.name}: {name}"
        self._folds, self._inputs = folds, inputs
        self._request = self._compiled(bundle.read(name)).create_infer_request()

    def probability(self, inputs: Sequence[Floats]) -> list[Floats]:
        """The positive kind's probability (n,) by each fold's classifier, of its own inputs (n, input).

        Raises
        ------
        BundleError
            If what comes out is no probability.
        """
        given = {f"{k}/inputs": one.astype(np.float32) for k, one in enumerate(inputs)}
        found = self._request.infer(given)
        answers = []
        for k, one in enumerate(inputs):
            answer = np.asarray(found[f"{k}/probability"], np.float64)
            if answer.shape != (len(one),) or not ((answer >= 0) & (answer <= 1 + 1e-6)).all():
                raise BundleError(f"{self._where} gives no probability")
            answers.append(np.minimum(answer, 1.0))
        return answers

    def _compiled(self, content: bytes) -> Any:
        import onnx

        try:
            # Read twice: OpenVINO would look for tensors that are said to lie in files elsewhere.
            onnx.checker.check_model(content)
            model = onnx.load_from_string(content)
        except (onnx.checker.ValidationError, ValueError) as error:
            raise BundleError(f"{self._where} is no ONNX model: {_first_line(error)}") from error
        graph = model.graph
        if any(one.data_location == onnx.TensorProto.EXTERNAL for one in graph.initializer):
            raise BundleError(f"{self._where} keeps weights elsewhere")
        more = sorted({f"{node.domain}{node.op_type}" for node in graph.node} - _OPERATORS)
        if more or model.functions:
            raise BundleError(f"{self._where} holds {more[0] if more else 'a function'}, which is not run")
        wanted = {f"{k}/inputs": self._inputs for k in range(self._folds)}
        sizes = {one.name: one.type.tensor_type.shape.dim for one in graph.input}
        given = {name: dims[1].dim_value if len(dims) == 2 else 0 for name, dims in sizes.items()}
        if given != wanted or {one.name for one in graph.output} != {
            f"{k}/probability" for k in range(self._folds)
        }:
            raise BundleError(f"{self._where} has not one classifier of {self._inputs} inputs for each fold")
        try:
            core, options = _runtime()
            return core.compile_model(core.read_model(content), "CPU", options)
        except RuntimeError as error:
            raise BundleError(f"{self._where} can't be run: {_first_line(error)}") from error


@cache
def _runtime() -> tuple[Any, dict[str, Any]]:
    import openvino

    # One thread: a few thousand additions, the same bits each time.
    options = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1, "ENABLE_CPU_PINNING": False}
    return openvino.Core(), options


def _first_line(error: Exception) -> str:
    return next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
