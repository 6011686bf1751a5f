"""Commands about layouts and about the view under the pointer.

Where two series are beside each other, what a view shows is the business of the series in hand; the
layout, and the volume view, are those of the window.
"""

from __future__ import annotations

from ctprog_gui.commands.command import Command, Shell, with_study
from ctprog_gui.core.imaging.orientation import Orientation
from ctprog_gui.state.language import marked
from ctprog_gui.state.session import Session
from ctprog_gui.state.stroke import Tool
from ctprog_gui.state.viewports import Layout
from ctprog_gui.state.volume_look import PRESET_NAMES, VolumeLook

# What else people call it.
LAYOUT = marked("layout arrange maximise one view alone")
CONTRAST = marked("contrast brightness level width preset")
_FILM = marked("cine play scroll loop")
_TURNED = marked("oblique standard straight orthogonal MPR")
_ZOOM = marked("zoom scale whole")


def _large_axial(shell: Shell) -> None:
    shell.session.viewports.layout = Layout.ONE_AND_THREE


def _four(shell: Shell) -> None:
    viewports = shell.session.viewports
    # The key that made four equal views goes back to the large one.
    back = viewports.layout is Layout.FOUR
    viewports.layout = Layout.ONE_AND_THREE if back else Layout.FOUR


def _fit(shell: Shell) -> None:
    viewports = shell.session.at_hand.viewports
    viewports.fit(viewports.active)


def _show_pixels(shell: Shell) -> None:
    viewports = shell.session.at_hand.viewports
    viewports.show_pixels(viewports.active)


def _orientation(session: Session) -> Orientation:
    viewports = session.at_hand.viewports
    return viewports.framing(viewports.active).orientation


def _turn(shell: Shell, orientation: Orientation) -> None:
    viewports = shell.session.at_hand.viewports
    plane = viewports.active
    viewports.set_framing(plane, viewports.framing(plane).reoriented(orientation))


def _toggle_annotation(shell: Shell) -> None:
    viewports = shell.session.at_hand.viewports
    viewports.annotated = not viewports.annotated


def _toggle_cine(shell: Shell) -> None:
    viewports = shell.session.at_hand.viewports
    viewports.cine = viewports.active if viewports.cine is None else None


def _pace(shell: Shell, factor: float) -> None:
    shell.session.at_hand.viewports.cine_fps *= factor


def _toggle_box(shell: Shell) -> None:
    tools = shell.session.tools
    tools.tool = Tool.NAVIGATE if tools.tool is Tool.WINDOW_BOX else Tool.WINDOW_BOX


def _runs(session: Session) -> bool:
    return session.at_hand.viewports.cine is not None


def _volume(number: int, preset: str) -> Command:
    def run(shell: Shell) -> None:
        viewports = shell.session.viewports
        viewports.volume_look = VolumeLook(preset, crop=viewports.volume_look.crop)

    return Command(
        id=f"view.volume.{preset.lower().replace(' ', '-')}",
        menu="View",
        title=f"Volume: {preset.lower() if preset != 'MIP' else preset}",
        run=run,
        shortcut=f"Alt+{number}",
        enabled=with_study,
        separator=number == 1,
    )


VIEWING: tuple[Command, ...] = (
    Command(
        "view.layout.large",
        "View",
        "Axial large, three beside",
        _large_axial,
        "F9",
        with_study,
        separator=True,
        words=LAYOUT,
    ),
    Command(
        "view.layout.four",
        "View",
        "Four equal views",
        _four,
        "F10",
        with_study,
        checked=lambda session: session.viewports.layout is Layout.FOUR,
        words=LAYOUT,
    ),
    Command(
        "view.compare",
        "View",
        "Compare with another series…",
        lambda s: s.compare(),
        "F12",
        with_study,
        words=marked("layout side by side two prior"),
    ),
    Command(
        "view.compare.link",
        "View",
        "Link or unlink the compared series",
        lambda s: s.toggle_link(),
        "Ctrl+L",
        lambda session: session.viewports.layout is Layout.COMPARE,
    ),
    Command("view.fit", "View", "Fit the slice", _fit, "=", with_study, separator=True, words=_ZOOM),
    Command(
        "view.pixels",
        "View",
        "One to one (a pixel a voxel)",
        _show_pixels,
        "Shift+F",
        with_study,
        words=_ZOOM,
    ),
    Command(
        "view.turn.right",
        "View",
        "Turn clockwise",
        lambda s: _turn(s, _orientation(s.session).turned()),
        "Shift+R",
        with_study,
    ),
    Command(
        "view.turn.left",
        "View",
        "Turn anticlockwise",
        lambda s: _turn(s, _orientation(s.session).turned(clockwise=False)),
        "Alt+R",
        with_study,
    ),
    Command(
        "view.flip.across",
        "View",
        "Flip left and right",
        lambda s: _turn(s, _orientation(s.session).flipped_across()),
        "H",
        with_study,
    ),
    Command(
        "view.flip.along",
        "View",
        "Flip top and bottom",
        lambda s: _turn(s, _orientation(s.session).flipped_along()),
        "V",
        with_study,
    ),
    Command(
        "view.planes.reset",
        "View",
        "Reset planes",
        lambda s: s.session.at_hand.viewports.reset_planes(),
        "Shift+X",
        lambda s: s.at_hand.viewports.oblique,
        words=_TURNED,
    ),
    Command(
        "view.window.box",
        "View",
        "Window from a dragged box",
        _toggle_box,
        "W",
        with_study,
        checked=lambda session: session.tools.tool is Tool.WINDOW_BOX,
        words=CONTRAST,
    ),
    Command(
        "view.annotation",
        "View",
        "Text in the corners",
        _toggle_annotation,
        "Shift+T",
        with_study,
        checked=lambda session: session.at_hand.viewports.annotated,
    ),
    Command(
        "view.cine",
        "View",
        "Film",
        _toggle_cine,
        "C",
        with_study,
        checked=_runs,
        separator=True,
        words=_FILM,
    ),
    Command("view.cine.faster", "View", "Faster film", lambda s: _pace(s, 1.25), "Shift+Right", _runs),
    Command("view.cine.slower", "View", "Slower film", lambda s: _pace(s, 0.8), "Shift+Left", _runs),
    *(_volume(number, preset) for number, preset in enumerate(PRESET_NAMES, start=1)),
)
