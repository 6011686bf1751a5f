"""The χ² distribution's upper tail, and a test that is referred to it."""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, sqrt


@dataclass(frozen=True)
class ChiSquare:
    """A test statistic and its degrees of freedom."""

    value: float
    freedom: int

    @property
    def p(self) -> float:
        """P(χ² ≥ value) under the null hypothesis; 1 without a degree of freedom."""
        if self.freedom == 0:
            return 1.0
        if self.freedom == 1:
            # The upper tail of χ²₁ is that of |z|; the viewer needs no more, and no scipy.
            return erfc(sqrt(self.value / 2))
        from scipy.special import chdtrc

        return float(chdtrc(self.freedom, self.value))
