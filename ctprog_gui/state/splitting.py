"""A segment's islands as segments of their own."""

from __future__ import annotations

from ctprog_gui.core.roi.islands import pieces
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.state.language import marked, tr
from ctprog_gui.state.session import Session

# More pieces than this are noise, which is removed rather than named.
MOST = 20


def split_islands(session: Session) -> str:
    """Leave the active segment its largest island and make segments of the others; returns what was done.

    Raises
    ------
    InputError
        If there are too many.
    """
    roi, active = session.roi, session.roi.active
    box = roi.extent(active.label) if active else None
    if active is None or box is None:
        return tr("There is nothing to split.")
    if active.locked:
        return tr("{name} is locked.").format(name=active.name)
    numbers, sizes = pieces(roi.inside(active.label, box))
    if len(sizes) > MOST:
        too_many = tr("{name} has {n} islands: remove the small ones first")
        raise InputError(too_many.format(name=active.name, n=len(sizes)))
    if len(sizes) < 2:
        return tr("{name} is in one piece.").format(name=active.name)
    roi.split(marked("Split islands"), active.label, box, numbers)
    return tr("{name} is now {n} segments.").format(name=active.name, n=len(sizes))
