"""What is said of a map over the images: of which answer, what it shows of it, and where it lies."""

from __future__ import annotations

import numpy as np

from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.inference.prediction import Prediction
from ctprog_gui.state.endpoint_words import label_words
from ctprog_gui.state.language import tr
from ctprog_gui.state.study import Study


def map_words(prediction: Prediction) -> list[str]:
    """Whose answer a map is of and what of it is shown, a sentence each; nothing for a risk score's.

    What lowers an answer has no place in such a map, and it is drawn by its own maximum: a network that
    speaks against an endpoint, or hardly for it, glows as one that speaks for it.
    """
    name, endpoints = prediction.saliency_endpoint, prediction.endpoints
    if name is None or not endpoints or name not in endpoints:
        return []
    words = [tr("What the network saw for {endpoint}.").format(endpoint=label_words(endpoints[name]))]
    own = [row for row in prediction.contributions or () if row.get("endpoint") == name]
    patch = sum(float(row["value"]) for row in own if row["source"] == "patch")
    if patch < 0:
        told = tr(
            "As a whole it spoke against it (log odds {value}): drawn is what spoke for it all the same."
        )
        words.append(told.format(value=f"{patch:+.2f}".replace("-", "−")))
    else:
        words.append(tr("Only what spoke for it is drawn, the most of it brightest, however little that is."))
    return words


def map_slice(where: Volume, study: Study) -> int | None:
    """The axial slice on which most of a map lies; None where it is 0 all over."""
    if not where.voxels.any():
        return None
    most = int(np.argmax(where.voxels.sum(axis=(1, 2), dtype=np.int64)))
    y, x = np.unravel_index(int(np.argmax(where.voxels[most])), where.voxels.shape[1:])
    point = where.geometry.index_to_patient((float(x), float(y), float(most)))
    return study.planes[Plane.AXIAL].slice_at(point)
