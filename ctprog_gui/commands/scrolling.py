"""Commands that go through slices, nearer, and from view to view, in the view that is underlined.

For who works with keys alone. Up is to the head, the back or the left, as the wheel away from the person.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ctprog_gui.commands.command import Command, Shell, with_study
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.state.language import marked
from ctprog_gui.state.viewports import Layout, Viewports

LEAP = 10
ZOOM_STEP = 1.25
TURN_DEGREES = 5.0
_SCROLL = marked("scroll slices image up down")
_VIEW = marked("change active plane viewport")
_OBLIQUE = marked("oblique rotate tilt reformat MPR")


def _in_view(act: Callable[[Viewports, Plane], None]) -> Callable[[Shell], None]:
    """An action on the underlined view of the series in hand."""

    def run(shell: Shell) -> None:
        viewports = shell.session.at_hand.viewports
        act(viewports, viewports.active)

    return run


def _scroll(steps: int) -> Callable[[Shell], None]:
    return _in_view(lambda viewports, plane: viewports.scroll(plane, steps))


def _to_end(*, last: bool) -> Callable[[Shell], None]:
    def act(viewports: Viewports, plane: Plane) -> None:
        stack = viewports.stack(plane)
        if stack is not None:
            viewports.go_to_slice(plane, stack.count - 1 if last else 0)

    return _in_view(act)


def _zoom(factor: float) -> Callable[[Shell], None]:
    def act(viewports: Viewports, plane: Plane) -> None:
        framing = viewports.framing(plane)
        viewports.set_framing(plane, replace(framing, zoom=framing.zoom * factor))

    return _in_view(act)


def _turn(degrees: float) -> Callable[[Shell], None]:
    def act(viewports: Viewports, plane: Plane) -> None:
        if viewports.triad is not None:
            viewports.turn_planes(viewports.triad.turned(plane, np.radians(degrees)))

    return _in_view(act)


def _next_view(shell: Shell, step: int) -> None:
    """From plane to plane of those that the layout shows; where one fills the viewer, the next does."""
    viewports = shell.session.viewports
    planes = [
        plane for plane in Plane if viewports.layout is not Layout.COMPARE or plane is not Plane.SAGITTAL
    ]
    active = shell.session.at_hand.viewports.active
    at = planes.index(active) if active in planes else -step
    following = planes[(at + step) % len(planes)]
    shell.session.at_hand.viewports.active = following
    if viewports.maximised is not None:
        viewports.maximised = following.value


def _by_key(
    where: str, title: str, run: Callable[[Shell], None], key: str, words: str, *, separator: bool = False
) -> Command:
    """A way through the slices or views, on a key that means this in the views alone."""
    return Command(
        f"view.{where}", "View", title, run, key, with_study, separator=separator, words=words, in_views=True
    )


SCROLLING: tuple[Command, ...] = (
    _by_key("slice.next", "Next slice", _scroll(1), "Up", _SCROLL, separator=True),
    _by_key("slice.previous", "Previous slice", _scroll(-1), "Down", _SCROLL),
    _by_key("slice.leap-on", "Ten slices on", _scroll(LEAP), "PgUp", _SCROLL),
    _by_key("slice.leap-back", "Ten slices back", _scroll(-LEAP), "PgDown", _SCROLL),
    _by_key("slice.first", "First slice", _to_end(last=False), "Home", _SCROLL),
    _by_key("slice.last", "Last slice", _to_end(last=True), "End", _SCROLL),
    _by_key("active.next", "Next view", lambda s: _next_view(s, 1), "Right", _VIEW),
    _by_key("active.previous", "Previous view", lambda s: _next_view(s, -1), "Left", _VIEW),
    Command(
        "view.zoom.in", "View", "Zoom in", _zoom(ZOOM_STEP), "+", with_study, words=marked("larger nearer")
    ),
    Command(
        "view.zoom.out",
        "View",
        "Zoom out",
        _zoom(1 / ZOOM_STEP),
        "-",
        with_study,
        words=marked("smaller farther"),
    ),
    Command(
        "view.planes.right",
        "View",
        "Turn the other planes clockwise",
        _turn(-TURN_DEGREES),
        "Alt+Right",
        with_study,
        words=_OBLIQUE,
    ),
    Command(
        "view.planes.left",
        "View",
        "Turn the other planes anticlockwise",
        _turn(TURN_DEGREES),
        "Alt+Left",
        with_study,
        words=_OBLIQUE,
    ),
)
