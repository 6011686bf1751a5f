"""Classical classifiers of a bundle: one ONNX file an endpoint, run by ONNX's own evaluator on numpy.

They are a few hundred operations on a few numbers, for which no runtime has to be set up. (OpenVINO
would run them too, but reports it over the network when it reads such a file.) Imported by the
inference process alone.
"""

from __future__ import annotations

from collections.abc import Sequence
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
        self._evaluator = self._read(bundle.read(name))

    def probability(self, inputs: Sequence[Floats]) -> list[Floats]:
        """The positive kind's probability (n,) by each fold's classifier, of its own inputs (n, input).

        Raises
        ------
        BundleError
            If what comes out is no probability.
        """
        given = {f"{k}/inputs": one.astype(np.float32) for k, one in enumerate(inputs)}
        names = [f"{k}/probability" for k in range(self._folds)]
        try:
            # The evaluator's logistic computes both its branches and overflows in the one it does not take.
            with np.errstate(over="ignore", invalid="ignore"):
                found = self._evaluator.run(names, given)
        except (ValueError, IndexError, TypeError, RuntimeError) as error:
            raise BundleError(f"{self._where} can't be run: {_first_line(error)}") from error
        answers = []
        for one, told in zip(inputs, found, strict=True):
            answer = np.asarray(told, np.float64)
            if answer.shape != (len(one),) or not ((answer >= 0) & (answer <= 1 + 1e-6)).all():
                raise BundleError(f"{self._where} gives no probability")
            answers.append(np.minimum(answer, 1.0))
        return answers

    def _read(self, content: bytes) -> Any:
        import onnx
        from onnx.reference import ReferenceEvaluator

        try:
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
            return ReferenceEvaluator(model)
        except (ValueError, TypeError, RuntimeError) as error:
            raise BundleError(f"{self._where} can't be run: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
