"""Every setting, declared once: its type, default, bounds and help. Page, file and manual follow from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from psygnal import Signal

from ctprog_gui.core.shared.errors import InputError

# Raised when a setting changes its meaning; `Settings.restore` then learns to read the older one.
VERSION = 1

Value = bool | int | float | str


@dataclass(frozen=True)
class Setting:
    """One thing a person can set.

    `choices` are the words allowed for a text, `bounds` the smallest and largest number. `restart`
    says that it holds from the next start on.
    """

    key: str
    title: str
    default: Value
    help: str
    choices: tuple[str, ...] = ()
    bounds: tuple[float, float] | None = None
    unit: str = ""
    restart: bool = False

    def checked(self, value: Any) -> Value:
        """The value as this setting's type.

        Raises
        ------
        InputError
            If it is of another type, no choice, or out of bounds.
        """
        kind = type(self.default)
        wrong = isinstance(value, bool) is not (kind is bool)
        if kind is float and isinstance(value, int) and not wrong:
            value = float(value)
        if wrong or not isinstance(value, kind):
            raise InputError(f"{self.key} is {value!r}, but must be a {kind.__name__}")
        if self.choices and value not in self.choices:
            raise InputError(f"{self.key} is {value!r}, but must be one of {', '.join(self.choices)}")
        # NaN is in no bounds.
        if self.bounds is not None and not self.bounds[0] <= float(value) <= self.bounds[1]:
            raise InputError(
                f"{self.key} is {value}, but must lie in {self.bounds[0]:g} to {self.bounds[1]:g}"
            )
        checked: Value = value
        return checked


_HANDS = ("window", "pan", "zoom", "crosshair", "scroll")

SETTINGS: tuple[Setting, ...] = (
    Setting(
        "appearance.theme",
        "Theme",
        "dark",
        "Colours around the images; the images themselves always lie on black.",
        choices=("dark", "light"),
        restart=True,
    ),
    Setting(
        "appearance.font_px",
        "Font size",
        13,
        "Size of the text of menus, panels and tables.",
        bounds=(10, 22),
        unit="px",
    ),
    Setting(
        "appearance.language",
        "Language",
        "system",
        "Language of menus, panels and notices; the system's, where it is one of these.",
        choices=("system", "English", "中文"),
        restart=True,
    ),
    Setting(
        "help.tour",
        "Tour",
        True,
        "Whether the next start offers the tour of the window; it then ticks itself off.",
    ),
    Setting(
        "viewer.corners",
        "Text in the corners",
        True,
        "Whether a case opens with patient, series and slice in the corners.",
    ),
    Setting(
        "viewer.layout",
        "Layout",
        "one and three",
        "How the views are arranged at the start.",
        choices=("one and three", "four equal"),
    ),
    Setting("viewer.film_fps", "Film", 12.0, "Slices a second of the film.", bounds=(1, 60), unit="per s"),
    Setting(
        "viewer.slab_mm", "Slab", 10.0, "Thickness with which a slab begins.", bounds=(1, 200), unit="mm"
    ),
    Setting(
        "mouse.left",
        "Left button",
        "window",
        "What dragging with the left button does while no tool is in the hand.",
        choices=_HANDS,
    ),
    Setting(
        "mouse.middle", "Middle button", "pan", "What dragging with the middle button does.", choices=_HANDS
    ),
    Setting(
        "mouse.right", "Right button", "zoom", "What dragging with the right button does.", choices=_HANDS
    ),
)
_BY_KEY = {setting.key: setting for setting in SETTINGS}


class Settings:
    """The values of all settings, and the keys that the person gave to commands.

    `changed` carries the key of a setting; `keys_changed` that a command has another key.
    """

    changed = Signal(str)
    keys_changed = Signal()

    def __init__(self) -> None:
        self._values: dict[str, Value] = {}
        self._keys: dict[str, str] = {}

    def __getitem__(self, key: str) -> Any:
        """The value of a setting; a wrong key is a bug and raises KeyError."""
        return self._values.get(key, _BY_KEY[key].default)

    def set(self, key: str, value: Value) -> None:
        """Give a setting a value.

        Raises
        ------
        InputError
            If the value is not allowed.
        """
        value = _BY_KEY[key].checked(value)
        if value != self[key]:
            self._values[key] = value
            if value == _BY_KEY[key].default:
                del self._values[key]
            self.changed.emit(key)

    @property
    def keys(self) -> dict[str, str]:
        """Keys that differ from the shipped ones, by command; an empty one is no key."""
        return dict(self._keys)

    def key_of(self, command: str, shipped: str) -> str:
        return self._keys.get(command, shipped)

    def set_key(self, command: str, key: str, shipped: dict[str, str]) -> None:
        """Give a command a key.

        Parameters
        ----------
        shipped
            The shipped key of every command.

        Raises
        ------
        InputError
            If another command has the key.
        """
        for other, default in shipped.items():
            if key and other != command and self.key_of(other, default) == key:
                raise InputError(f"{key} is the key of {other} already")
        before = self.key_of(command, shipped[command])
        self._keys[command] = key
        if key == shipped[command]:
            del self._keys[command]
        if key != before:
            self.keys_changed.emit()

    def reset(self) -> None:
        """All as shipped."""
        changed, self._values = list(self._values), {}
        had_keys, self._keys = bool(self._keys), {}
        for key in changed:
            self.changed.emit(key)
        if had_keys:
            self.keys_changed.emit()

    def to_json(self) -> dict[str, Any]:
        """Only what differs from the defaults, so that better defaults reach everybody."""
        return {"ctprog_settings": VERSION, "values": dict(self._values), "keys": dict(self._keys)}

    def restore(self, told: Any, commands: Iterable[str]) -> list[str]:
        """Take what a file holds; what can't be taken stays as shipped, and is returned as lines.

        Raises
        ------
        InputError
            If it is no file of settings, or one of a later version.
        """
        if not isinstance(told, dict) or not isinstance(told.get("ctprog_settings"), int):
            raise InputError("it holds no settings")
        if told["ctprog_settings"] > VERSION:
            raise InputError(f"it is of version {told['ctprog_settings']}, and this program reads {VERSION}")
        refused = []
        for key, value in dict(told.get("values", {})).items():
            try:
                if key not in _BY_KEY:
                    raise InputError(f"{key} is no setting")
                self._values[key] = _BY_KEY[key].checked(value)
            except InputError as error:
                refused.append(str(error))
        known = set(commands)
        for command, key in dict(told.get("keys", {})).items():
            if command in known and isinstance(key, str):
                self._keys[command] = key
            else:
                refused.append(f"{command} is no command")
        return refused


def manual() -> str:
    """The page of the manual, as Markdown."""
    rows = ["| setting | values | default | what it does |", "|---|---|---|---|"]
    for s in SETTINGS:
        if s.choices:
            values = ", ".join(s.choices)
        elif s.bounds:
            values = f"{s.bounds[0]:g} to {s.bounds[1]:g} {s.unit}".strip()
        else:
            values = "yes, no"
        default = ("yes" if s.default else "no") if isinstance(s.default, bool) else s.default
        again = " From the next start on." if s.restart else ""
        rows.append(f"| `{s.key}` {s.title} | {values} | {default} | {s.help}{again} |")
    return "\n".join(rows) + "\n"
