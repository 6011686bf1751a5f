"""A segment's islands as segments of their own."""

from __future__ import annotations

from ctprog_gui.core.roi.islands import pieces
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.state.language import marked, tr
from ctprog_gui.state.refusal import why_closed
from ctprog_gui.state.session import Session

# More pieces than this are noise, which is removed rather than named.
MOST = 20


def split_islands(session: Session) -> str:
    """Propose to leave the active segment its largest island and to make segments of the others.

    Returns what is proposed, or why nothing is.

    Raises
    ------
    InputError
        If there are too many.
    """
    roi, active = session.roi, session.roi.active
    box = roi.extent(active.label) if active else None
    if active is None or box is None:
        return tr("There is nothing to split.")
    why = why_closed(active)
    if why:
        return why
    numbers, sizes = pieces(roi.inside(active.label, box))
    if len(sizes) > MOST:
        too_many = tr("{name} has {n} islands: remove the small ones first")
        raise InputError(too_many.format(name=active.name, n=len(sizes)))
    if len(sizes) < 2:
        return tr("{name} is in one piece.").format(name=active.name)
    told = tr("{name} becomes {n} segments: the largest island stays.")
    told = told.format(name=active.name, n=len(sizes))
    session.tools.effect = None
    session.proposal.show_islands(marked("Split islands"), active.label, box, numbers, told)
    return told
