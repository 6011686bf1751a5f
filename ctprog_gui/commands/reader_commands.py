"""The commands for readers: an estimate first, and a second ROI to compare with."""

from __future__ import annotations

from ctprog_gui.commands.command import Command, Shell, with_study
from ctprog_gui.state.session import Session


def _toggle_blind(shell: Shell) -> None:
    prognosis = shell.session.prognosis
    prognosis.blind_first = not prognosis.blind_first


def _keep(shell: Shell) -> None:
    roi = shell.session.roi
    if roi.active is not None:
        shell.session.second_reader.mask = roi.mask_of(roi.active.label)
        shell.session.second_reader.label = roi.active.label


def _drop(shell: Shell) -> None:
    shell.session.second_reader.mask = None


def _has_shape(session: Session) -> bool:
    """Whether the scored series has a shape, and is the one in hand: another's is compared with nothing."""
    active = session.roi.active
    return session.at_hand is session and active is not None and session.roi.extent(active.label) is not None


READER_COMMANDS = (
    Command(
        "roi.second.load",
        "ROI",
        "Compare with another reader's ROI…",
        lambda s: s.load_second_reader(),
        "",
        with_study,
        separator=True,
    ),
    Command("roi.second.keep", "ROI", "Compare with the ROI as it is now", _keep, "", _has_shape),
    Command(
        "roi.second.drop",
        "ROI",
        "End the comparison",
        _drop,
        "",
        lambda session: session.second_reader.mask is not None,
    ),
)

BLIND_COMMANDS = (
    Command(
        "prognosis.blind",
        "Prognosis",
        "Estimate first, then see",
        _toggle_blind,
        "",
        checked=lambda session: session.prognosis.blind_first,
    ),
)
