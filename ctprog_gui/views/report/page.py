"""The page: key slices, score, curve and placement, with the stamp that traces every number."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ctprog_gui.charts.kaplan_meier import KaplanMeierChart
from ctprog_gui.charts.palette import PAPER, PRESENTATION, ChartStyle
from ctprog_gui.charts.survival_curve import SurvivalCurveChart
from ctprog_gui.core.imaging.planes import Plane, PlaneOfVolume
from ctprog_gui.core.imaging.thumbnail import as_on_screen, thumbnail, with_outline
from ctprog_gui.core.inference.prediction import Prediction, key_slices
from ctprog_gui.rendering.colour_maps import colours
from ctprog_gui.state.contribution_words import strongest
from ctprog_gui.state.core_words import phrase
from ctprog_gui.state.endpoint_words import is_foreign, label_words
from ctprog_gui.state.language import marked, spoken, tr
from ctprog_gui.state.session import Session
from ctprog_gui.views.report.endpoint_page import EndpointFindings, EndpointReasons
from ctprog_gui.views.report.words import (
    CURVE_TITLE,
    PLACEMENT_TITLE,
    curve_words,
    placement_words,
    stamp,
)

OUTDATED = marked("This score was made with another ROI than the one shown: predict again.")


@dataclass(frozen=True)
class PageLook:
    """Font sizes in pixels, the style of the charts, and how much is told of what moved endpoints.

    `reasons` are explained of the chosen endpoint, where there is room beside the slice; `all_reasons`
    names those of the others too.
    """

    charts: ChartStyle
    title: int
    score: int
    text: int
    frame: int
    frames: int
    reasons: int
    all_reasons: bool

    def scaled(self, letters: float, slices: float) -> PageLook:
        """With letters and charts, and slices, so many times as large."""
        return PageLook(
            replace(self.charts, scale=letters * self.charts.scale),
            *(round(letters * size) for size in (self.title, self.score, self.text)),
            round(slices * self.frame),
            self.frames,
            self.reasons,
            self.all_reasons,
        )

    @property
    def sheet(self) -> str:
        style = self.charts
        return (
            f"QWidget {{ background: {style.surface}; color: {style.text}; font-size: {self.text}px; }}"
            f"QLabel#title {{ font-size: {self.title}px; font-weight: 700; }}"
            f"QLabel#score {{ font-size: {self.score}px; font-weight: 700; color: {style.text}; }}"
            f"QLabel#low {{ color: {style.groups['low']}; font-size: {self.title}px; font-weight: 700; }}"
            f"QLabel#high {{ color: {style.groups['high']}; font-size: {self.title}px; font-weight: 700; }}"
            f"QLabel#foreign {{ color: {style.muted}; font-size: {self.title}px; }}"
            "QLabel#heading { font-weight: 700; }"
            f"QLabel#reasons {{ font-size: {round(0.85 * self.text)}px; }}"
            f"QLabel#doubt {{ color: {style.groups['high']}; font-weight: 700; "
            f"font-size: {round(0.85 * self.text)}px; }}"
            f"QLabel#stamp {{ color: {style.muted}; font-size: {round(0.8 * self.text)}px; }}"
            f"QLabel#research {{ color: #c2402f; font-weight: 700; border: 2px solid #c2402f; "
            "border-radius: 5px; padding: 3px 10px; }"
        )


SCREEN_LOOK = PageLook(
    PRESENTATION, title=30, score=64, text=20, frame=330, frames=5, reasons=3, all_reasons=False
)
PAPER_LOOK = PageLook(PAPER, title=21, score=40, text=14, frame=232, frames=3, reasons=3, all_reasons=True)


class CasePage(QWidget):
    """One case on one page. The patient's name appears only where it was asked for."""

    def __init__(
        self, session: Session, look: PageLook, *, with_name: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._look = look
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setStyleSheet(look.sheet)
        prediction = session.prognosis.selected
        layout = QVBoxLayout(self)
        layout.setContentsMargins(28, 20, 28, 16)
        layout.setSpacing(12)
        layout.addLayout(self._head(with_name=with_name))
        layout.addLayout(self._frames(prediction))
        if prediction is None:
            layout.addWidget(_label(tr("No prediction yet.")))
        else:
            if session.prognosis.is_outdated(prediction.bundle):
                layout.addWidget(_label(OUTDATED, "research"))
            layout.addLayout(self._findings(prediction))
        layout.addStretch(1)
        self.stamp = _label(stamp(prediction, date.today()), "stamp")
        layout.addWidget(self.stamp)

    def fits(self, size: QSize) -> bool:
        """Whether all of the page has room in this size, its lines broken as they then are."""
        layout = self.layout()
        self.ensurePolished()
        layout.activate()
        smallest = layout.minimumSize()
        height = max(smallest.height(), layout.totalHeightForWidth(size.width()))
        return smallest.width() <= size.width() and height <= size.height()

    @property
    def title(self) -> str:
        """What the page is about; no patient's name."""
        shown = self._session.prognosis.selected
        of_endpoints = shown is not None and shown.risk_score is None and shown.endpoints
        return tr("Endpoints of a tumour from CT") if of_endpoints else tr("Survival prognosis from CT")

    def _head(self, *, with_name: bool) -> QHBoxLayout:
        study = self._session.study
        told = self.title
        if study is not None and study.synthetic:
            told += "  ·  " + tr("synthetic case")
        elif study is not None and with_name:
            patient = study.info.patient
            told += "  ·  " + " · ".join(f for f in (patient.name, patient.patient_id) if f)
        row = QHBoxLayout()
        row.addWidget(_label(told, "title"), 1)
        row.addWidget(_label(tr("RESEARCH USE ONLY"), "research"))
        return row

    def _frames(self, prediction: Prediction | None) -> QHBoxLayout:
        """The slices of most attention, else the one of the ROI; each with the ROI's outline."""
        row = QHBoxLayout()
        row.setSpacing(12)
        for number, caption in self._key_slices(prediction):
            column = QVBoxLayout()
            picture = QLabel()
            picture.setPixmap(self._picture(number))
            column.addWidget(picture)
            drawn = self._map_words(number)
            column.addWidget(_label(f"{caption}\n{drawn}" if drawn else caption, "stamp"))
            column.addStretch(1)
            row.addLayout(column)
        reasons = self._reasons(prediction)
        if reasons is not None:
            row.addWidget(reasons, 1)
        else:
            row.addStretch(1)
        return row

    def _reasons(self, prediction: Prediction | None) -> QWidget | None:
        """What moved the chosen endpoint, beside its one slice."""
        chosen = self._session.prognosis.endpoint
        if prediction is None or chosen is None or prediction.attention is not None or not self._look.reasons:
            return None
        if not strongest(prediction.contributions or (), chosen):
            return None
        look = self._look
        return EndpointReasons(prediction, chosen, look.charts, look.text, look.reasons)

    def _key_slices(self, prediction: Prediction | None) -> list[tuple[int, str]]:
        study = self._session.study
        if study is None or not self._look.frames:
            return []
        stack = study.planes[Plane.AXIAL]
        rows = []
        if prediction is not None and prediction.attention is not None and stack.axis == 2:
            told = tr("slice {number}: {share} % of the attention")
            rows = [
                (
                    key.slice_index,
                    told.format(number=key.slice_index + 1, share=f"{100 * key.weight:.1f}"),
                )
                for key in key_slices(prediction.attention, self._look.frames)
            ]
        measures = self._session.roi.measures
        if measures is not None and measures.largest_slice_index is not None:
            number = measures.largest_slice_index
            told = tr("slice {number}: largest area of {name}")
            rows = [
                (number, told.format(number=number + 1, name=measures.name)),
                *(row for row in rows if row[0] != number),
            ]
            rows = rows[: self._look.frames]
        return rows or [(stack.count // 2, tr("slice {number}").format(number=stack.count // 2 + 1))]

    def _picture(self, number: int) -> QPixmap:
        session = self._session
        study = session.study
        assert study is not None
        stack = study.planes[Plane.AXIAL]
        ratio = 2
        height = ratio * self._look.frame
        grey = thumbnail(study.volume, stack, number, session.viewports.window, height)
        rgb = self._with_saliency(np.repeat(grey[:, :, np.newaxis], 3, axis=2), number)
        active = session.roi.active
        if active is not None:
            layer = session.roi.layers[active.layer]
            inside = as_on_screen(layer, stack, number, height) == active.label
            rgb = with_outline(rgb, inside, active.colour, width=2 * ratio)
        rows = np.ascontiguousarray(rgb)
        image = QImage(
            rows.data, rows.shape[1], rows.shape[0], 3 * rows.shape[1], QImage.Format.Format_RGB888
        )
        picture = QPixmap.fromImage(image)
        # A wide field of view must not make the page wider than the paper.
        widest = ratio * round(1.1 * self._look.frame)
        if picture.width() > widest:
            picture = picture.scaledToWidth(widest, Qt.TransformationMode.SmoothTransformation)
        picture.setDevicePixelRatio(ratio)
        return picture

    def _saliency_values(self, number: int, height: int) -> np.ndarray | None:
        """The map on a slice, where the views show one: uint8 (rows, columns)."""
        drawn, study = self._session.prognosis.saliency_drawn, self._session.study
        if study is None or drawn is None:
            return None
        place = study.planes[Plane.AXIAL].point_on(number, study.volume.geometry.centre_mm)
        stack = PlaneOfVolume(drawn[0].geometry, Plane.AXIAL)
        return as_on_screen(drawn[0].voxels, stack, stack.slice_at(place), height)

    def _map_words(self, number: int) -> str:
        """Whose answer the colours over a slice are of; empty where there are none."""
        drawn, shown = self._session.prognosis.saliency_drawn, self._session.prognosis.selected
        values = self._saliency_values(number, self._look.frame)
        if drawn is None or shown is None or values is None:
            return ""
        if not (values >= max(255 * drawn[1].threshold, 1)).any():
            return ""
        endpoint = (shown.endpoints or {}).get(shown.saliency_endpoint or "")
        if endpoint is None:
            return tr("Colours: what the score rests on (Grad-CAM)")
        return tr("Colours: what raises the network's answer for {endpoint} (Grad-CAM)").format(
            endpoint=label_words(endpoint)
        )

    def _with_saliency(self, rgb: np.ndarray, number: int) -> np.ndarray:
        """The picture with the saliency over it, where the views show it."""
        drawn = self._session.prognosis.saliency_drawn
        values = self._saliency_values(number, rgb.shape[0])
        if drawn is None or values is None:
            return rgb
        look = drawn[1]
        # The coarser grid may come out a pixel narrower.
        columns = np.linspace(0, values.shape[1] - 1, rgb.shape[1]).round().astype(int)
        values = values[:, columns]
        alpha = np.where(values >= max(255 * look.threshold, 1), look.opacity, 0.0)[:, :, np.newaxis]
        tint = 255 * colours(look.colour_map)[values]
        return np.asarray((1 - alpha) * rgb + alpha * tint, dtype=np.uint8)

    def _findings(self, prediction: Prediction) -> QVBoxLayout:
        grid, whole = QGridLayout(), QVBoxLayout()
        whole.setSpacing(12)
        grid.setHorizontalSpacing(28)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        if prediction.risk_score is not None:
            row = QHBoxLayout()
            row.setSpacing(20)
            study = self._session.study
            foreign = is_foreign(prediction, to_synthetic=study is not None and study.synthetic)
            row.addWidget(_label(f"{prediction.risk_score:.3f}", "foreign" if foreign else "score"))
            if prediction.risk_group is not None:
                group = spoken(f"{prediction.risk_group} risk")
                row.addWidget(_label(group, "foreign" if foreign else prediction.risk_group))
            cutoff = (
                tr("cut-off {score}").format(score=f"{prediction.cutoff:.3f}")
                if prediction.cutoff is not None
                else ""
            )
            told = cutoff
            if prediction.percentile is not None:
                riskier = tr("riskier than {percent} % of the reference cohort")
                told += "\n" + riskier.format(percent=f"{prediction.percentile:.0f}")
            row.addStretch(1)
            column = QVBoxLayout()
            column.addLayout(row)
            column.addWidget(_label(told.strip()))
            grid.addLayout(column, 0, 0)
        warnings = _label("\n".join(f"⚠ {phrase(w.detail)}" for w in prediction.warnings))
        # Beside the score, or across the page where there is none: lines that a grid broke over two of its
        # columns would have the height of one column's.
        if prediction.risk_score is None:
            whole.addWidget(warnings)
        else:
            grid.addWidget(warnings, 0, 1)
        whole.addLayout(grid)
        if prediction.endpoints:
            look, chosen = self._look, self._session.prognosis.endpoint
            findings = EndpointFindings(
                prediction, look.charts, look.text, chosen, all_reasons=look.all_reasons
            )
            whole.addWidget(findings)
        if prediction.survival is not None:
            curve = SurvivalCurveChart(style=self._look.charts)
            curve.show_curve(prediction.survival)
            grid.addWidget(_label(spoken(CURVE_TITLE), "heading"), 1, 0)
            grid.addWidget(curve, 2, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(_label(curve_words(prediction.survival)), 3, 0, Qt.AlignmentFlag.AlignTop)
        if prediction.placement is not None:
            placement = KaplanMeierChart(style=self._look.charts)
            placement.show_placement(prediction.placement, prediction.risk_group)
            grid.addWidget(_label(spoken(PLACEMENT_TITLE), "heading"), 1, 1)
            grid.addWidget(placement, 2, 1, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(_label(placement_words(prediction)), 3, 1, Qt.AlignmentFlag.AlignTop)
        return whole


def _label(text: str, name: str = "") -> QLabel:
    label = QLabel(text)
    label.setObjectName(name)
    label.setWordWrap(name in ("", "stamp", "title"))
    return label
