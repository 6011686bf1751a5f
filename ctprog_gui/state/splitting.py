"""A segment's islands as segments of their own."""

from __future__ import annotations

from ctprog_gui.core.roi.islands import pieces
from ctprog_gui.core.shared.errors import InputError
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
        return "There is nothing to split."
    if active.locked:
        return f"{active.name} is locked."
    numbers, sizes = pieces(roi.inside(active.label, box))
    if len(sizes) > MOST:
        raise InputError(f"{active.name} has {len(sizes)} islands: remove the small ones first")
    if len(sizes) < 2:
        return f"{active.name} is in one piece."
    roi.split("Split islands", active.label, box, numbers)
    return f"{active.name} is now {len(sizes)} segments."
