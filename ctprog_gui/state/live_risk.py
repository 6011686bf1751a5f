"""What the scores are beside the ROI as drawn: as it was before, with margins, of another reader."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from ctprog_gui.core.inference.prediction import Prediction

# Steps back and forth that find their scores again.
REMEMBERED = 256
MARGINS_MM = (-3, -2, -1, 1, 2, 3)

Part = tuple[tuple[int, int, int], NDArray[np.bool_]]


def shape_key(part: Part) -> str:
    """What names a region's voxels within its grid, however loose the box it is given in."""
    corner, voxels = part
    filled = [np.flatnonzero(voxels.any(axis=tuple(a for a in range(3) if a != axis))) for axis in range(3)]
    if not voxels.any():
        return "empty"
    tight = tuple(slice(int(one[0]), int(one[-1]) + 1) for one in filled)
    at = [c + one.start for c, one in zip(corner, tight, strict=True)]
    inside = np.ascontiguousarray(voxels[tight])
    digest = hashlib.sha256(repr((at, inside.shape)).encode())
    digest.update(np.packbits(inside).data)
    return digest.hexdigest()


def question_key(part: Part, clinical: Mapping[str, object]) -> str:
    """What a score is an answer to: a region and the clinical values beside it."""
    return f"{shape_key(part)} {json.dumps(dict(clinical), sort_keys=True, default=str)}"


class LiveRisk:
    """Scores by the ROI they are of, for one case and one way of asking.

    `remembered` answers at once what was asked before, as after an undo. `changed` tells that
    margins or the other reader's scores are new.
    """

    changed = Signal()

    def __init__(self) -> None:
        self._known: OrderedDict[str, dict[str, Prediction]] = OrderedDict()
        # By bundle and the hash of the region: what the latest answer to that region was asked.
        self._questions: OrderedDict[tuple[str, str | None], str] = OrderedDict()
        self._margins: dict[str, dict[int, float]] = {}
        self._others: dict[str, float] = {}

    def forget(self) -> None:
        """Another case, or asked in another way: nothing of before holds."""
        self._known.clear()
        self.drop_variants()

    def drop_variants(self) -> None:
        """The ROI changed: what was found around it no longer is."""
        if self._margins or self._others:
            self._margins, self._others = {}, {}
            self.changed.emit()

    def remember(self, key: str, prediction: Prediction) -> None:
        found = self._known.setdefault(key, {})
        found[prediction.bundle] = prediction
        self._known.move_to_end(key)
        answered = prediction.bundle, prediction.roi_sha256
        self._questions[answered] = key
        self._questions.move_to_end(answered)
        while len(self._questions) > REMEMBERED:
            self._questions.popitem(last=False)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    def remembered(self, key: str, bundles: set[str]) -> list[Prediction] | None:
        """The predictions of all the bundles for a ROI, if each was made before."""
        found = self._known.get(key, {})
        if not bundles or not bundles <= found.keys():
            return None
        return [found[bundle] for bundle in sorted(bundles)]

    def answers_to(self, prediction: Prediction, key: str, *, clinical: bool) -> bool:
        """Whether a prediction is the answer to a question, of which clinical values are a part or not."""
        asked = self._questions.get((prediction.bundle, prediction.roi_sha256))
        if asked is None or clinical:
            return asked == key
        return asked.split(" ", 1)[0] == key.split(" ", 1)[0]

    def put_margin(self, bundle: str, margin_mm: int, score: float) -> None:
        self._margins.setdefault(bundle, {})[margin_mm] = score
        self.changed.emit()

    def margins(self, bundle: str) -> dict[int, float]:
        """Score by margin in mm, as far as they came in."""
        return dict(self._margins.get(bundle, {}))

    def put_other(self, bundle: str, score: float) -> None:
        self._others[bundle] = score
        self.changed.emit()

    def other(self, bundle: str) -> float | None:
        """The score of the other reader's ROI."""
        return self._others.get(bundle)
