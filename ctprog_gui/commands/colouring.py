"""Commands about the colours that greys are shown in."""

from __future__ import annotations

from ctprog_gui.commands.command import Command, Shell, with_study
from ctprog_gui.core.imaging.colour_maps import COLOUR_MAPS, GREY
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.state.session import Session


def _everywhere(session: Session, name: str) -> bool:
    return all(session.at_hand.viewports.colour_map(plane) == name for plane in Plane)


def _colour(name: str) -> Command:
    def run(shell: Shell) -> None:
        # The command that gave the colours goes back to grey.
        back = _everywhere(shell.session, name)
        shell.session.at_hand.viewports.set_colour_map(GREY if back else name)

    return Command(
        id=f"view.colours.{name.lower().replace(' ', '-')}",
        menu="View",
        title=f"Colours: {name}",
        run=run,
        enabled=with_study,
        checked=None if name == GREY else lambda session: _everywhere(session, name),
        separator=name == GREY,
    )


def _next_colours(shell: Shell) -> None:
    viewports = shell.session.at_hand.viewports
    at = COLOUR_MAPS.index(viewports.colour_map(viewports.active))
    viewports.set_colour_map(COLOUR_MAPS[(at + 1) % len(COLOUR_MAPS)], viewports.active)


COLOURING: tuple[Command, ...] = (
    *(_colour(name) for name in COLOUR_MAPS),
    Command(
        "view.colours.next", "View", "Next colours in this view alone", _next_colours, "Shift+C", with_study
    ),
)
