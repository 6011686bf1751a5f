"""What a command is, and what it may ask of the application around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ctprog_gui.state.session import Session


class Shell(Protocol):
    """What the window offers to commands. Without a toolkit, so that commands are tested alone."""

    @property
    def session(self) -> Session: ...

    def open_file(self) -> None:
        """Let the person choose a file, and open it."""

    def open_folder(self) -> None:
        """Let the person choose a folder, and open it."""

    def forget_recent(self) -> None:
        """Clear the list of recent cases and the index of folders that were looked into."""

    def open_demo(self) -> None:
        """Make and open the synthetic case."""

    def close_study(self) -> None: ...

    def open_reading_session(self) -> None:
        """Let the person choose a reading session, and who reads."""

    def finish_reading(self, *, status: str) -> None:
        """Save the reading on the screen as ``done`` or ``flagged``, and open the next."""

    def load_roi(self) -> None:
        """Let the person choose a ROI file, and the region in it where it holds several."""

    def save_roi(self) -> None:
        """Let the person choose where the segments go, and in which format."""

    def load_second_reader(self) -> None:
        """Let the person choose the ROI file of another reader, to compare with."""

    def split_islands(self) -> None:
        """Make a segment of each of the active segment's islands."""

    def present(self) -> None:
        """The case on the whole screen."""

    def export_page(self) -> None:
        """Let the person choose where the page goes, and whether it bears the name."""

    def save_picture(self) -> None:
        """Let the person choose where the window's picture goes."""

    def compare(self) -> None:
        """Let the person choose a series to look at beside the open one."""

    def toggle_link(self) -> None:
        """Hold the compared series together from where both are, or let them go apart."""

    def copy_across(self) -> None:
        """Put the active segment of the series in hand on the other one, as shown after a question."""

    def save_measures(self) -> None:
        """Let the person choose where the table of measures goes."""

    def save_report(self) -> None:
        """Let the person choose where the structured report of the measures goes."""

    def predict(self, *, recentre: bool = False) -> None:
        """Ask every bundle; `recentre` places crops anew on the ROI."""

    def train(self) -> None:
        """The window that fits a configuration on a cohort."""

    def cancel(self) -> None:
        """Stop whatever runs: reading, predicting."""

    def show_palette(self) -> None:
        """Every command by name."""

    def show_settings(self) -> None: ...

    def show_tour(self) -> None:
        """A tour of the window."""

    def show_about(self) -> None: ...

    def show_keys(self) -> None: ...

    def quit(self) -> None: ...


@dataclass(frozen=True)
class Command:
    """One thing a person can do. Menus, shortcuts and the key map are drawn from these.

    `title` ends with an ellipsis where the command asks something first. `shortcut` is in
    Qt's portable notation. `checked` makes it a switch. `words` are others that it is searched by. The key
    of a command that is `in_views` is heard where a view has the focus: lists and fields need it themselves.
    """

    id: str
    menu: str
    title: str
    run: Callable[[Shell], None]
    shortcut: str = ""
    enabled: Callable[[Session], bool] = lambda session: True
    checked: Callable[[Session], bool] | None = None
    separator: bool = False
    words: str = ""
    in_views: bool = False

    def available(self, session: Session) -> bool:
        """Whether it can be run now, as things stand and as an open reading session allows."""
        return not session.reading.barred(self.id) and self.enabled(session)


def with_study(session: Session) -> bool:
    return session.study is not None
