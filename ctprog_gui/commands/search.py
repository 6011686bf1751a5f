"""Finding a command by what is typed of it."""

from __future__ import annotations

from collections.abc import Iterable

from ctprog_gui.commands.command import Command
from ctprog_gui.state.language import spoken


def matching(typed: str, commands: Iterable[Command]) -> list[Command]:
    """Commands whose menu and title hold every typed word, those that begin with it first.

    They are found by their names in the language of the screen and by their English ones, and by the
    other words that people have for them; those come after the ones that bear the name.

    Where no title holds the words, letters that stand in their order in it will do: "wlu" finds
    "Lung window" no less than "w lung" does.
    """
    words = typed.casefold().split()
    every = list(commands)
    found = [c for c in every if all(word in _text(c) for word in words)]
    if not found and len(words) == 1:
        found = [c for c in every if any(_in_order(words[0], title) for title in _titles(c))]
    first = words[0] if words else ""
    return sorted(
        found,
        key=lambda c: (
            not any(title.startswith(first) for title in _titles(c)),
            not all(word in _named(c) for word in words),
        ),
    )


def _titles(command: Command) -> tuple[str, str]:
    return spoken(command.title).casefold(), command.title.casefold()


def _named(command: Command) -> str:
    return " ".join((spoken(command.menu), command.menu, *_titles(command))).casefold()


def _text(command: Command) -> str:
    words = (spoken(command.words), command.words) if command.words else ()
    return " ".join((_named(command), *words)).casefold()


def _in_order(letters: str, text: str) -> bool:
    rest = iter(text)
    return all(letter in rest for letter in letters)
