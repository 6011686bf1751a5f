"""Every IBSI 1 consensus value of a feature that we have: digital phantom, chest in configurations A to E."""

from __future__ import annotations

from pathlib import Path

import pytest
from ibsi import CONFIGURATIONS, Consensus, read_case, read_consensus, settings_of

from ctprog_gui.core.radiomics.extraction import extract

# How many of its values each file has for our features.
COUNTS = {"dig_phantom": 379, "chest_config_a": 262, "chest_config_b": 262}


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_every_value_is_inside_its_tolerance(shared_data: Path, configuration: str) -> None:
    volume, mask = read_case(shared_data, configuration)
    values, _ = read_consensus(shared_data, configuration)
    assert len(values) == COUNTS.get(configuration, 145)
    ways: dict[tuple[str | None, str | None], list[Consensus]] = {}
    for one in values:
        ways.setdefault((one.plane, one.aggregation), []).append(one)
    outside = {}
    for way, wanted in ways.items():
        found = extract(volume, mask, settings_of(configuration, *way))
        for one in wanted:
            if not abs(found[one.feature] - one.value) <= one.tolerance * (1 + 1e-9):
                outside[one.tag] = (found[one.feature], one.value, one.tolerance)
    assert not outside
