"""One slice's shape on the next."""

from __future__ import annotations

from ctprog_gui.core.imaging.oblique import ObliquePlane
from ctprog_gui.core.roi.edit import Box
from ctprog_gui.state.language import marked, spoken, tr
from ctprog_gui.state.refusal import why_closed
from ctprog_gui.state.session import Session

NAME = marked("Copy slice")


def copy_slice(session: Session, steps: int) -> bool:
    """Propose what the active segment is on the shown slice for the next one too, and go there.

    The slices are those of the plane under the pointer; positive steps go to the head, the
    back or the left. Asking for the next one says yes to a copy that waits for it. Returns
    whether anything is proposed; why not is said.
    """
    waiting = session.proposal.current
    if waiting is not None and waiting.name == NAME:
        session.accept()
    roi, study, segment = session.roi, session.study, session.roi.active
    if study is None or segment is None:
        return False
    why = why_closed(segment)
    if why:
        session.tools.refused.emit(why)
        return False
    stack = session.viewports.stack(session.viewports.active)
    if stack is None or isinstance(stack, ObliquePlane):
        session.tools.refused.emit(
            tr("An oblique plane has no slice of the series to copy: reset the planes.")
        )
        return False
    source = session.viewports.slice_of(stack.plane)
    target = source + steps * stack.towards_positive
    extent = roi.extent(segment.label)
    if not 0 <= target < stack.count:
        session.tools.refused.emit(tr("There is no further slice to copy to."))
        return False
    if extent is None:
        return False
    from_box, to_box = _slice(extent, stack.axis, source), _slice(extent, stack.axis, target)
    copied = roi.inside(segment.label, from_box)
    if not copied.any():
        session.tools.refused.emit(tr("{name} is not on this slice.").format(name=segment.name))
        return False
    before = roi.inside(segment.label, to_box)
    after = copied | before
    limit = session.tools.limit.holding
    if limit is not None:
        after = limit.limit(before, after, study.volume.voxels[to_box])
    session.viewports.go_to_slice(stack.plane, target)
    session.tools.effect = None
    told = tr("Enter makes it; the same keys once more make it and go on.")
    session.proposal.show(NAME, segment.label, to_box, after, told)
    shown = session.proposal.current
    if shown is not None and not shown.added:
        session.proposal.discard()
        session.tools.refused.emit(tr("{effect} changes nothing here.").format(effect=spoken(NAME)))
        return False
    return True


def _slice(box: Box, axis: int, number: int) -> Box:
    parts = list(box)
    parts[2 - axis] = slice(number, number + 1)
    return parts[0], parts[1], parts[2]
