"""A report's first paragraph, for a reader who sees no tables. Made of the figures below it alone."""

from __future__ import annotations

from collections.abc import Sequence

from training.evaluation.measure import Measure

RESEARCH = "This is for research: no model here is fit to decide about a patient."
OF_VOLUME = "C-index of the ROI's volume"
ABOVE_VOLUME = "C-index less the same of the ROI's volume"
# The names that a report's first figure may have, the one that counts most first.
_OWN = ("C-index, same source, mean over folds", "C-index (Harrell)", "C-index (Harrell) of the months lost")
_CHANCE = 0.5


def opening(patients: int, events: int, folds: int, measures: Sequence[Measure]) -> str:
    """What the measures say, in a few sentences.

    Nothing is called better than chance, or than the tumour's volume, where the interval of the
    figure holds no difference.
    """
    found = {measure.name: measure for measure in measures}
    own = next((found[name] for name in _OWN if name in found), None)
    judged = (
        "each judged by a model that had not seen them" if folds > 1 else "none of whom the model had seen"
    )
    told = [f"The model was tried on {patients} patients, {judged}; {events} of them died."]
    if own is not None:
        told.append(
            f"Of two patients it gave the higher risk to the one who died first in {_of_100(own)} "
            "of 100 pairs; by chance it would be 50."
        )
        told.append(_against_chance(own))
    at = [name for name in found if name.startswith(_OWN[0])]
    above, volume = found.get(ABOVE_VOLUME), found.get(OF_VOLUME)
    if at and above is None:
        # The order of `strata_measures`: own, volume, difference.
        place = [measure.name for measure in measures].index(_OWN[0])
        volume, above = measures[place + 1], measures[place + 2]
    if above is not None and volume is not None:
        told.append(_against_volume(above, volume))
    mass, even = found.get("attention on tumour slices, mean"), found.get("the same with even attention")
    if mass is not None and even is not None:
        told.append(
            f"{100 * mass.value:.0f} % of its attention lay on slices that hold tumour; spread evenly it "
            f"would be {100 * even.value:.0f} %."
        )
    return " ".join([*told, RESEARCH])


def _of_100(measure: Measure) -> str:
    if measure.lower is None or measure.upper is None:
        return f"{100 * measure.value:.0f}"
    return f"{100 * measure.value:.0f} (95 % interval {100 * measure.lower:.0f} to {100 * measure.upper:.0f})"


def _against_chance(own: Measure) -> str:
    if own.lower is None or own.upper is None:
        return "How far chance may have brought that is not told."
    if own.lower > _CHANCE:
        return "That is better than chance."
    if own.upper < _CHANCE:
        return "That is worse than chance: the model orders patients the wrong way round."
    return "With these patients that cannot be told from chance."


def _against_volume(above: Measure, volume: Measure) -> str:
    text = f"The tumour's volume alone, with no model, is right in {100 * volume.value:.0f} of 100: "
    if above.lower is None or above.upper is None or above.lower <= 0 <= above.upper:
        lean = "" if above.value > 0 else "and lies below it"
        return text + f"the model is no better than volume{', ' + lean if lean else ''}."
    return text + ("the model is better." if above.lower > 0 else "the model is worse than volume.")
