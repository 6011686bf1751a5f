"""A second series beside the open one, linked through patient space, each with segments of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from psygnal import Signal

from ctprog_gui.core.imaging.geometry import Floats
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.state.language import tr
from ctprog_gui.state.session import Session
from ctprog_gui.state.study import Study
from ctprog_gui.state.viewports import Framing, Layout, Viewports


class Comparison:
    """`other` is a session of its own: a series beside the main one, with its own segments.

    One of the two is in hand (`Session.at_hand` of the main one): the one that was clicked last. Panels
    show its segments and commands mean it. The main series is, where the other is not on the screen.

    Which view commands mean, `Viewports.active`, is always told to both. While `linked`, crosshair,
    window, slab, zoom, pan and turning follow each other in both directions. Where one series ends
    before the other it shows its end, and `Viewports.ends_before` says so; the place that is looked at
    goes on. Positions differ by `offset_mm` (LPS): zero where both series share a frame of reference.
    Where they do not, nothing says which places correspond: the middles are laid upon each other to
    begin with, `shares_frame` is False, and linking anew at a place that the person has found in both
    makes that the correspondence.
    """

    changed = Signal()

    def __init__(self, main: Session) -> None:
        self.main = main
        self.other = Session(main.settings, beside=main)
        self._linked = True
        self._by_hand = False
        self._offset: Floats = np.zeros(3)
        self._before = main.viewports.layout
        self._busy = False
        self._pairs = ((main.viewports, self.other.viewports), (self.other.viewports, main.viewports))
        for one, two in self._pairs:
            one.crosshair_changed.connect(lambda a=one, b=two: self._follow_crosshair(a, b))
            one.planes_changed.connect(lambda a=one, b=two: self._follow_planes(a, b))
            one.window_changed.connect(lambda a=one, b=two: self._follow_look(a, b))
            one.slab_changed.connect(lambda a=one, b=two: self._follow_look(a, b))
            one.crosshair_visible_changed.connect(lambda a=one, b=two: self._follow_look(a, b))
            one.annotation_changed.connect(lambda a=one, b=two: self._follow_look(a, b))
            one.framing_changed.connect(lambda plane, a=one, b=two: self._follow_framing(plane, a, b))
            one.active_changed.connect(lambda a=one, b=two: setattr(b, "active", a.active))
        main.study_changed.connect(self._on_study_change)
        main.viewports.layout_changed.connect(self._on_layout_change)

    @property
    def sessions(self) -> tuple[Session, ...]:
        """The open series, each with its study and its segments: none, one or both."""
        return tuple(one for one in (self.main, self.other) if one.study is not None)

    @property
    def beside(self) -> bool:
        """Whether two series are on the screen."""
        both = self.main.study is not None and self.other.study is not None
        return both and self.main.viewports.layout is Layout.COMPARE

    def take(self, session: Session) -> None:
        """Take a series in hand: segments of it are shown, edited, undone and saved from here on."""
        if session is self.main or (session is self.other and self.beside and session.drawable):
            self.main.at_hand = session

    def name_of(self, session: Session) -> str:
        """Number and description of a series, with its date where both are described alike or not at all."""
        study = session.study
        if study is None:
            return ""
        described = [one.study.info.description for one in self.sessions if one.study is not None]
        description, date = study.info.description, study.info.patient.study_date
        alone = description and described.count(description) == 1
        words = [description] if alone or not date else [description, date]
        told = " ".join(word for word in words if word) or tr("no description")
        return f"{1 if session is self.main else 2} · {told}"

    @property
    def name_at_hand(self) -> str:
        """Which of two series is in hand; empty where there is one."""
        return self.name_of(self.main.at_hand) if self.beside else ""

    def place_in(self, target: Session) -> Floats:
        """What is added to a point (LPS, mm) of the series beside for the same place of `target`."""
        return self.offset_mm if target is self.other else -self.offset_mm

    @property
    def linked(self) -> bool:
        return self._linked

    @property
    def linked_by_hand(self) -> bool:
        """Whether the person has said which places correspond."""
        return self._by_hand

    @property
    def offset_mm(self) -> Floats:
        """What is added to a point of the main series for the same place of the other."""
        return self._offset.copy()

    @property
    def shares_frame(self) -> bool:
        """Whether both series say that their positions are of one frame of reference."""
        one, two = self.main.study, self.other.study
        if one is None or two is None:
            return False
        frame = one.info.frame_of_reference_uid
        return bool(frame) and frame == two.info.frame_of_reference_uid

    def show(self, study: Study | None) -> None:
        """Put a series beside the open one, or take it away: the layout is then what it was before."""
        main = self.main.study
        self._end_at_crosshairs()
        self.main.at_hand = self.main
        # The same image twice has one journal, and one drawing: the one on the left.
        self.other.drawable = study is None or main is None or main.synthetic or not _same_image(main, study)
        with self._alone():
            self.other.show(study)
        self._offset = np.zeros(3)
        if study is not None and main is not None and not self.shares_frame:
            self._offset = study.volume.geometry.centre_mm - main.volume.geometry.centre_mm
        self._linked, self._by_hand = True, False
        if study is not None:
            self.main.viewports.layout = Layout.COMPARE
        elif self.main.viewports.layout is Layout.COMPARE:
            self.main.viewports.layout = self._before
        self.follow()
        self.changed.emit()

    def link(self, linked: bool) -> None:
        """Let the two go apart, or hold them together from where both are now."""
        if linked == self._linked or self.other.study is None:
            return
        self._linked = linked
        self._end_at_crosshairs()
        if linked:
            self._by_hand = True
            self._offset = self.other.viewports.crosshair_mm - self.main.viewports.crosshair_mm
        self.changed.emit()

    def follow(self) -> None:
        """Bring the other series to where the main one is; for a view that has just been laid out."""
        one, two = self._pairs[0]
        self._follow_look(one, two)
        self._follow_crosshair(one, two)
        self._follow_planes(one, two)
        for plane in Plane:
            self._follow_framing(plane, one, two)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """What changes within is not followed: it is itself the following."""
        before, self._busy = self._busy, True
        try:
            yield
        finally:
            self._busy = before

    @property
    def _follows(self) -> bool:
        together = self.main.study is not None and self.other.study is not None
        return together and self._linked and not self._busy

    def _sign(self, one: Viewports) -> float:
        return 1.0 if one is self.main.viewports else -1.0

    def _follow_crosshair(self, one: Viewports, two: Viewports) -> None:
        if not self._follows:
            return
        apart = self._sign(one) * self._offset
        with self._alone():
            two.go_to_place(one.place_mm + apart)
            if (one.place_mm != one.crosshair_mm).any() and (two.place_mm != two.crosshair_mm).any():
                # Neither goes on there: both stay where the one that was gone to ends.
                two.move_crosshair(two.crosshair_mm)
                one.go_to_place(two.crosshair_mm - apart)

    def _end_at_crosshairs(self) -> None:
        """What nobody follows looks at what it shows."""
        with self._alone():
            for viewports in (self.main.viewports, self.other.viewports):
                viewports.move_crosshair(viewports.crosshair_mm)

    def _follow_planes(self, one: Viewports, two: Viewports) -> None:
        """Turned planes lie alike in the patient; standard ones follow each series' own axes."""
        if not self._follows:
            return
        with self._alone():
            if one.oblique and one.triad is not None:
                two.turn_planes(one.triad)
            else:
                two.reset_planes()
        for plane in Plane:
            self._follow_framing(plane, one, two)

    def _follow_look(self, one: Viewports, two: Viewports) -> None:
        if self._follows:
            with self._alone():
                two.window, two.inverted, two.slab = one.window, one.inverted, one.slab
                for plane in Plane:
                    two.set_colour_map(one.colour_map(plane), plane)
                two.crosshair_visible = one.crosshair_visible
                two.annotated, two.identity_visible = one.annotated, one.identity_visible

    def _follow_framing(self, plane: Plane, one: Viewports, two: Viewports) -> None:
        """The same place in the middle and the same size in mm, though fields of view may differ."""
        fits = one.fit_mm(plane), two.fit_mm(plane)
        if not self._follows or fits[0] is None or fits[1] is None:
            return
        here, there = one.stack(plane), two.stack(plane)
        assert here is not None
        assert there is not None
        framing = one.framing(plane)
        across, along = framing.orientation.axes(here)
        right, up = framing.pan_mm
        focus = here.geometry.centre_mm + right * across + up * along + self._sign(one) * self._offset
        apart = focus - there.geometry.centre_mm
        across, along = framing.orientation.axes(there)
        zoom = framing.zoom * fits[1] / fits[0]
        pan = float(apart @ across), float(apart @ along)
        with self._alone():
            two.set_framing(plane, Framing(zoom, pan, framing.orientation))

    def _on_layout_change(self) -> None:
        """What is not on the screen is not edited."""
        if self.main.viewports.layout is not Layout.COMPARE:
            self._before = self.main.viewports.layout
            self.main.at_hand = self.main
        self.changed.emit()

    def _on_study_change(self) -> None:
        """Another case: what was compared belongs to the last one."""
        if self.other.study is not None:
            self.show(None)


def _same_image(one: Study, two: Study) -> bool:
    return one.volume.geometry == two.volume.geometry and one.volume.sha256 == two.volume.sha256
