"""What the bundles say of the open case, and how far they are."""

from __future__ import annotations

from dataclasses import dataclass

from psygnal import Signal

from ctprog_gui.core.cohort.clinical import ClinicalInput
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.inference.prediction import Prediction
from ctprog_gui.state.language import marked


@dataclass(frozen=True)
class BundleEntry:
    """A bundle as the inference process found it; `error` is the reason if it was refused.

    `clinical` are the clinical values that it takes.
    `uses_roi` is what it reads of the ROI: ``none``, ``position`` or ``shape``; empty where unknown.
    """

    name: str
    path: str
    system: str = ""
    error: str | None = None
    clinical: tuple[ClinicalInput, ...] = ()
    uses_roi: str = ""


@dataclass(frozen=True)
class Estimate:
    """A reader's own: the risk group, and how sure (0.5 to 1)."""

    risk_group: str
    confidence: float


# The label of a segment that is gone.
_GONE = -1
COLOUR_MAPS = (marked("inferno"), marked("viridis"), marked("red"))


@dataclass(frozen=True)
class SaliencyLook:
    """How the saliency lies over the images; below `threshold` (0..1) it is not drawn."""

    visible: bool = False
    opacity: float = 0.5
    threshold: float = 0.3
    colour_map: str = COLOUR_MAPS[0]


class PrognosisState:
    """Bundles found, predictions of the open case, and the state of the run.

    The `selected` prediction is the one whose curve and attention the views show.
    """

    bundles_changed = Signal()
    predictions_changed = Signal()
    selection_changed = Signal()
    run_changed = Signal()
    saliency_changed = Signal()
    follow_changed = Signal()
    endpoint_changed = Signal()

    def __init__(self) -> None:
        self._bundles: tuple[BundleEntry, ...] | None = None
        self._predictions: dict[str, Prediction] = {}
        self._selected: str | None = None
        # The selected one is a person's choice, or was in use while the ROI was corrected: it stays.
        self._held: str | None = None
        self._running = False
        self._outdated: set[str] = set()
        self._changed_in_run = False
        self._saliency: dict[str, Volume] = {}
        # Bundles that told of this case what an answer rested on.
        self._mapped: set[str] = set()
        self._look = SaliencyLook()
        self._follow = False
        self._following = False
        # Which segment a run is about, and which one each prediction is of; None for none.
        self._run_label: int | None = None
        self._labels: dict[str, int | None] = {}
        self._asked_score: dict[str, float] = {}
        self._asked_endpoints: dict[str, dict[str, float]] = {}
        self._endpoint: str | None = None
        self._blind_first = False
        self._withheld = ""
        self._estimate: Estimate | None = None

    @property
    def bundles(self) -> tuple[BundleEntry, ...]:
        return self._bundles or ()

    @bundles.setter
    def bundles(self, value: tuple[BundleEntry, ...]) -> None:
        self._bundles = value
        self.bundles_changed.emit()

    @property
    def bundles_known(self) -> bool:
        """False until the inference process has told which bundles there are."""
        return self._bundles is not None

    def reads(self, bundle: str) -> str:
        """What a bundle reads of the ROI; empty where that is not known."""
        return next((entry.uses_roi for entry in self.bundles if entry.name == bundle), "")

    @property
    def hidden(self) -> bool:
        """Whether predictions are withheld, or a reader is to commit an estimate before he sees any.

        While it is so, nothing that the models say is to be had from here, for whatever view.
        """
        return bool(self._withheld) or (self._blind_first and self._estimate is None)

    @property
    def withheld(self) -> str:
        """Why nothing that the models say is shown, in one sentence; empty where it is."""
        return self._withheld

    @withheld.setter
    def withheld(self, value: str) -> None:
        if value != self._withheld:
            self._withheld = value
            self._shown_anew()
            self.run_changed.emit()

    @property
    def blind_first(self) -> bool:
        return self._blind_first

    @blind_first.setter
    def blind_first(self, value: bool) -> None:
        if value != self._blind_first:
            self._blind_first = value
            self._shown_anew()

    @property
    def estimate(self) -> Estimate | None:
        """What the reader committed to before seeing the models' answers."""
        return self._estimate

    def commit(self, estimate: Estimate) -> None:
        """Commit an estimate; it stands for as long as the case is open."""
        if self._estimate is None:
            self._estimate = estimate
            self._shown_anew()

    def _shown_anew(self) -> None:
        self.predictions_changed.emit()
        self.selection_changed.emit()
        self.saliency_changed.emit()
        self.follow_changed.emit()

    @property
    def predictions(self) -> tuple[Prediction, ...]:
        return () if self.hidden else tuple(self._predictions.values())

    @property
    def awaits_estimate(self) -> bool:
        """Whether there is an answer that an estimate would bring to the screen."""
        return self.hidden and not self._withheld and bool(self._predictions)

    @property
    def selected(self) -> Prediction | None:
        if self.hidden or not self._selected:
            return None
        return self._predictions.get(self._selected)

    def select(self, bundle: str) -> None:
        if bundle in self._predictions:
            self._held = bundle
            if bundle != self._selected:
                self._selected = bundle
                self.selection_changed.emit()

    def select_next(self) -> None:
        """Select the bundle after the selected one, in the order of the cards; the first after the last."""
        names = list(self._predictions)
        if names and not self.hidden:
            at = names.index(self._selected) if self._selected in self._predictions else -1
            self.select(names[(at + 1) % len(names)])

    @property
    def endpoint(self) -> str | None:
        """The endpoint that is looked at closely: the chosen one, else the one that was traced."""
        selected = self.selected
        if selected is None or not selected.endpoints:
            return None
        traced = selected.saliency_endpoint
        for name in (self._endpoint, traced, next(iter(selected.endpoints))):
            if name is not None and name in selected.endpoints:
                return name
        return None

    def choose_endpoint(self, name: str) -> None:
        """Look closely at one endpoint of the selected prediction."""
        before, map_before = self.endpoint, self.saliency
        self._endpoint = name
        if self.endpoint != before:
            self.endpoint_changed.emit()
            if self.saliency is not map_before:
                self.saliency_changed.emit()

    @property
    def chosen_endpoint(self) -> str | None:
        """The endpoint that a person chose; None while nobody did."""
        return self._endpoint

    @property
    def traces_another(self) -> bool:
        """Whether what the selected prediction rests on was looked for with another endpoint."""
        selected = self.selected
        if selected is None or not selected.endpoints:
            return False
        return selected.saliency_endpoint != self.endpoint

    def asked_endpoints(self, bundle: str) -> dict[str, float]:
        """The probabilities of a bundle's endpoints as they were when they were last asked for."""
        return {} if self.hidden else dict(self._asked_endpoints.get(bundle, {}))

    @property
    def running(self) -> bool:
        return self._running

    def begin_run(self, label: int | None = None, *, following: bool = False) -> None:
        """Predictions of a segment will arrive: asked for, or following the ROI as it is corrected."""
        self._run_label = label
        self._following = following
        self._changed_in_run = False
        if not self._running:
            self._running = True
            self.run_changed.emit()

    def end_run(self) -> None:
        self._changed_in_run = False
        if self._running:
            self._running = False
            self.run_changed.emit()

    @property
    def follow_roi(self) -> bool:
        """Whether scores are renewed while the ROI is corrected."""
        return self._follow

    @follow_roi.setter
    def follow_roi(self, value: bool) -> None:
        if value != self._follow:
            self._follow = value
            self.follow_changed.emit()

    def shift(self, bundle: str) -> float | None:
        """How far a score moved since it was last asked for, by following the ROI; None if it did not.

        Where another segment was scored since, it is since the first score of that one.
        """
        shown, asked = self._predictions.get(bundle), self._asked_score.get(bundle)
        if shown is None or shown.risk_score is None or asked is None or shown.risk_score == asked:
            return None
        return shown.risk_score - asked

    def is_of(self, bundle: str, label: int | None) -> bool:
        """Whether a bundle's prediction is of this segment."""
        return bundle in self._predictions and self._labels.get(bundle) == label

    def stands_for(self, label: int | None) -> bool:
        """Whether all predictions, and what a run still gives, are of this segment."""
        shown = all(self.is_of(bundle, label) for bundle in self._predictions)
        return shown and (not self._running or self._run_label == label)

    def lose_segment(self, label: int) -> None:
        """A segment is gone; one that comes to its number later is another one."""
        for bundle in [name for name, of in self._labels.items() if of == label]:
            self._labels[bundle] = _GONE
        if self._run_label == label:
            self._run_label = _GONE

    @property
    def outdated(self) -> bool:
        """True when a prediction on the screen was made with the ROI as it was before a change."""
        return bool(self._outdated)

    def is_outdated(self, bundle: str) -> bool:
        """Whether one bundle's prediction was made with another ROI than the one on the screen."""
        return bundle in self._outdated

    def mark_outdated(self, bundle: str | None = None) -> None:
        """The ROI changed: that goes for the predictions shown and for those a running job still gives.

        Of one bundle alone it is said where only that one gave no answer to the ROI as it is.
        """
        if bundle is not None:
            if bundle in self._predictions and bundle not in self._outdated:
                self._outdated = self._outdated | {bundle}
                self.predictions_changed.emit()
            return
        self._changed_in_run = self._running
        if self._outdated != self._predictions.keys():
            self._outdated = set(self._predictions)
            self.predictions_changed.emit()

    def mark_current(self, bundle: str) -> None:
        """The ROI is again the one that a bundle's prediction was made with."""
        if bundle in self._outdated:
            self._outdated = self._outdated - {bundle}
            self.predictions_changed.emit()

    def put(self, prediction: Prediction) -> None:
        """A prediction arrived; the first with a score becomes the selected one.

        One that a person chose, or that had an answer to the ROI as it was a moment ago, stays selected
        where it has none to the ROI as it is.

        What the bundle's last score rested on goes with that score.
        """
        stale = self._saliency.pop(prediction.bundle, None)
        self._put(prediction)
        if stale is not None:
            self.saliency_changed.emit()

    def _put(self, prediction: Prediction) -> None:
        known = self._labels.get(prediction.bundle, self._run_label)
        before = self._predictions.get(prediction.bundle)
        if self._following and before is not None and before.answers and self._selected == before.bundle:
            self._held = before.bundle
        self._predictions[prediction.bundle] = prediction
        self._labels[prediction.bundle] = self._run_label
        if not self._following or known != self._run_label:
            endpoints = prediction.endpoints or {}
            self._asked_endpoints[prediction.bundle] = {
                name: float(one["probability"]) for name, one in endpoints.items()
            }
            if prediction.risk_score is None:
                self._asked_score.pop(prediction.bundle, None)
            else:
                self._asked_score[prediction.bundle] = prediction.risk_score
        if self._changed_in_run:
            self._outdated.add(prediction.bundle)
        else:
            self._outdated.discard(prediction.bundle)
        shown = self._predictions.get(self._selected) if self._selected else None
        held = self._held is not None and self._held == self._selected
        take = shown is None or (prediction.answers and not shown.answers and not held)
        if take:
            self._selected = prediction.bundle
        self.predictions_changed.emit()
        if take or self._selected == prediction.bundle:
            self.selection_changed.emit()

    def put_saliency(self, prediction: Prediction, where: Volume) -> None:
        """What a score rests on arrived: the prediction with its figures, and the map."""
        self._saliency[prediction.bundle] = where
        self._mapped.add(prediction.bundle)
        self._put(prediction)
        self.saliency_changed.emit()

    @property
    def saliency(self) -> Volume | None:
        """Map of the selected prediction (uint8, 255 is most; its grid may be coarser than the CT's).

        Of the endpoint that is looked at: None while only another one's is known.
        """
        if not self._selected or self.hidden or self.traces_another:
            return None
        return self._saliency.get(self._selected)

    @property
    def saliency_awaited(self) -> bool:
        """Whether the map of the selected prediction is still to come, in place of the one before it."""
        selected = self.selected
        if selected is None or not selected.answers:
            return False
        return selected.bundle in self._mapped and self.saliency is None

    @property
    def saliency_drawn(self) -> tuple[Volume, SaliencyLook] | None:
        """The map that lies over the images, and how; None while none does."""
        saliency = self.saliency
        return (saliency, self._look) if saliency is not None and self._look.visible else None

    @property
    def saliency_look(self) -> SaliencyLook:
        return self._look

    @saliency_look.setter
    def saliency_look(self, value: SaliencyLook) -> None:
        if value != self._look:
            self._look = value
            self.saliency_changed.emit()

    def clear(self) -> None:
        """Forget the predictions: another case, or none."""
        self._outdated = set()
        self._asked_score, self._asked_endpoints, self._labels = {}, {}, {}
        self._endpoint = self._held = None
        self._mapped = set()
        self._estimate = None
        if self._saliency:
            self._saliency = {}
            self.saliency_changed.emit()
        if self._predictions:
            self._predictions = {}
            self._selected = None
            self.predictions_changed.emit()
            self.selection_changed.emit()
