"""The reading session that is open: whose it is, how far he is, and what is kept from him meanwhile."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from psygnal import Signal

from ctprog_gui.state.language import tr

if TYPE_CHECKING:
    # pydantic, which the window's start is spared.
    from ctprog_gui.core.reading_sessions.folder import SessionFolder
    from ctprog_gui.core.reading_sessions.schema import Progress, ReadingSession, Result

# Commands that would put another case, another one's drawing or a model's answer before the reader.
_OPENING = (
    "file.open",
    "file.open-folder",
    "file.demo",
    "file.close",
    "file.export",
    "prognosis.present",
    # Lists a patient's other series with their dates and descriptions.
    "view.compare",
)
_READERS = ("roi.load", "roi.second.load")
_MODELS = (
    "prognosis.predict",
    "prognosis.recentre",
    "prognosis.follow",
    "prognosis.saliency",
    "prognosis.blind",
)


class ReadingState:
    """Nothing, or a session with one person's progress and the reading that is on the screen.

    `changed` tells that any of it is new.
    """

    changed = Signal()

    def __init__(self) -> None:
        self._folder: SessionFolder | None = None
        self._name = ""
        self._progress: Progress | None = None
        self._number: int | None = None
        self._busy = False
        self._listed: tuple[int, ...] = ()
        self._waiting: frozenset[int] = frozenset()

    def begin(self, folder: SessionFolder, name: str, progress: Progress) -> None:
        """Open a session for one of its people; no case is on the screen yet."""
        self._folder, self._name, self._progress = folder, name, progress
        self._number, self._busy = None, False
        self._listed, self._waiting = tuple(range(len(progress.results))), frozenset()
        self.changed.emit()

    def end(self) -> None:
        self._folder, self._name, self._progress = None, "", None
        self._number, self._busy = None, False
        self._listed, self._waiting = (), frozenset()
        self.changed.emit()

    @property
    def folder(self) -> SessionFolder | None:
        return self._folder

    @property
    def session(self) -> ReadingSession | None:
        return self._folder.session if self._folder is not None else None

    @property
    def active(self) -> bool:
        return self._folder is not None

    @property
    def name(self) -> str:
        """Who reads, or settles."""
        return self._name

    @property
    def reviews(self) -> bool:
        """Whether the person settles where others differ, rather than reads."""
        return self.session is not None and self.session.is_reviewer(self._name)

    @property
    def progress(self) -> Progress | None:
        return self._progress

    @progress.setter
    def progress(self, value: Progress) -> None:
        if value is not self._progress:
            self._progress = value
            self.changed.emit()

    @property
    def number(self) -> int | None:
        """Which reading is on the screen, from 0 in the person's order; None while none is."""
        return self._number

    @number.setter
    def number(self, value: int | None) -> None:
        if value != self._number:
            self._number = value
            self.changed.emit()

    @property
    def listed(self) -> tuple[int, ...]:
        """All readings in the order in which they are listed and gone through."""
        return self._listed

    @property
    def waiting(self) -> frozenset[int]:
        """Readings that can't be opened yet, as others have not finished theirs."""
        return self._waiting

    def arrange(self, listed: tuple[int, ...], waiting: frozenset[int]) -> None:
        """List the readings in another order, some of them waiting."""
        if (listed, waiting) != (self._listed, self._waiting):
            self._listed, self._waiting = listed, waiting
            self.changed.emit()

    @property
    def busy(self) -> bool:
        """Whether a case is being saved or opened: nothing else is to be begun meanwhile."""
        return self._busy

    @busy.setter
    def busy(self, value: bool) -> None:
        if value != self._busy:
            self._busy = value
            self.changed.emit()

    @property
    def current(self) -> Result | None:
        """What has become of the reading on the screen so far."""
        if self._progress is None or self._number is None:
            return None
        return self._progress.results[self._number]

    @property
    def blind(self) -> bool:
        """Whether nothing that others have drawn may be shown."""
        session = self.session
        return session is not None and session.blind_to_readers and not self.reviews

    @property
    def models(self) -> str:
        """What is shown of the models, as ``session.json`` says; everything where no session is open."""
        return self.session.models if self.session is not None else "shown"

    def may_open(self, number: int) -> bool:
        """Whether a reading may be put on the screen.

        Where cases come twice, what is done stays closed to a blind reader: he would see his first
        drawing while he makes the second. What he flagged to come back to stays open.
        """
        if self._progress is None or self.session is None or number in self._waiting:
            return False
        repeats = any(result.repeat > 1 for result in self._progress.results)
        return not (self.blind and repeats and self._progress.results[number].status == "done")

    def neighbour(self, step: int) -> int | None:
        """The next reading that may be opened in a direction (1 or -1) of the list, or None."""
        at = self._listed.index(self._number) if self._number is not None else -1
        wanted = self._listed[at + 1 :] if step > 0 else self._listed[: max(at, 0)][::-1]
        return next((number for number in wanted if self.may_open(number)), None)

    def next_open(self, after: int | None) -> int | None:
        """The first reading behind another one that is not finished, else the first of all, else None."""
        if self._progress is None:
            return None
        at = self._listed.index(after) + 1 if after is not None else 0
        unfinished = ("not started", "in progress")
        for number in self._listed[at:] + self._listed[:at]:
            if self._progress.results[number].status in unfinished and number not in self._waiting:
                return number
        return None

    def key(self, sha256: str) -> str:
        """What an image's own work (journal, measures) is kept under: in a session, the reading too.

        Else the second reader at one desk would find the first one's drawing, and a repeat the first
        reading.
        """
        current, session = self.current, self.session
        if current is None or session is None or session.case(current.case).sha256 != sha256:
            return sha256
        whole = f"{sha256} {session.id} {session.folder_of(self._name)} {self._number}"
        return hashlib.sha256(whole.encode()).hexdigest()

    def barred(self, command: str) -> str:
        """Why a command may not be run in this session, in one sentence; empty where it may."""
        if not self.active:
            return ""
        if command in _OPENING:
            return tr("A reading session is open: leave it first.")
        if command in _READERS and self.blind:
            return tr("This session is blind: no other drawing is shown.")
        if command in _MODELS and self.models == "hidden":
            return tr("This session is blind to the models.")
        if command == "prognosis.blind" and self.models == "after-estimate":
            return tr("This session asks for your own estimate first.")
        return ""
