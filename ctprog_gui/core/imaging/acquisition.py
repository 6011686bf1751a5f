"""How a CT was acquired, as far as its series says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Acquisition:
    """Tube voltage (0018,0060) and reconstruction kernel (0018,1210); None where the series is silent."""

    kvp: float | None = None
    kernel: str | None = None

    def to_json(self) -> dict[str, Any]:
        return {"kvp": self.kvp, "kernel": self.kernel}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Acquisition:
        """The inverse of `to_json`."""
        return cls(value["kvp"], value["kernel"])


# Of a series that says nothing, as one from a volume file.
UNKNOWN = Acquisition()
