from __future__ import annotations

from pathlib import Path

import pytest

import training
from ctprog_gui.core.cohort.table import ENDPOINTS
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.places import resources
from training.cohorts.tnm_endpoints import EARLY
from training.configuration.experiment import RoiAttentionConfig, TableConfig, load_config
from training.configuration.radscore import DeepRadscoreConfig, RadiomicsSurvivalConfig, RadscoreProofConfig
from training.tables.search import candidates

CONFIGS = Path(training.__file__).parent / "configs"
PHANTOM = CONFIGS / "phantom_slice_attention.yaml"


@pytest.mark.parametrize("path", sorted(CONFIGS.rglob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_configuration_is_valid(path: Path) -> None:
    config = load_config(path)
    if isinstance(config, TableConfig):
        assert candidates(config, 1)
        return
    if isinstance(config, RadscoreProofConfig):
        assert config.recipe.sha256
        return
    if isinstance(config, RadiomicsSurvivalConfig):
        assert "229" in config.never_fit
        return
    assert config.recipe.sha256
    if isinstance(config, DeepRadscoreConfig):
        assert config.endpoint in (*ENDPOINTS, EARLY)
        assert config.stratum is None or "229" in config.never_fit
        return
    assert config.spec.bins == config.network.bins


def test_the_case_that_the_software_is_tried_on_is_in_no_fit_of_a_shipped_bundle() -> None:
    """LUNG1-001 is crop 229; see `test_who_must_not_be_fitted_is_in_no_fold_s_training_set`."""
    config = load_config(CONFIGS / "nsclc_slice_attention.yaml")
    assert isinstance(config, RoiAttentionConfig)
    assert "229" in config.never_fit
    card = resources() / "bundles" / config.name / "docs" / "README.md"
    assert "1 of the patients stand in no fit at all" in " ".join(card.read_text().split())


def test_settings_from_the_command_line() -> None:
    config = load_config(PHANTOM, ["fit.epochs=3", "preprocessing.spacing_mm=[2, 2, 4]", "seed=7"])
    assert (config.fit.epochs, config.seed) == (3, 7)
    assert config.preprocessing.recipe.spacing_mm == (2, 2, 4)


@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        ("fit.epoch=3", "fit.epoch"),
        ("fit.epochs=none", "fit.epochs"),
        ("fit.epochs", "key=value"),
        ("seed.x=1", "seed is not a table"),
        ("preprocessing.hu_window=[400, -1000]", "hu_window must rise"),
        ("name='../x'", "name"),
    ],
)
def test_wrong_settings_are_named(setting: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        load_config(PHANTOM, [setting])


def test_files_that_are_no_configuration(tmp_path: Path) -> None:
    for content, reason in (("- a\n- b\n", "not a table"), ("a: [", "not YAML"), ("system: x\n", "system")):
        path = tmp_path / "config.yaml"
        path.write_text(content)
        with pytest.raises(InputError, match=reason):
            load_config(path)
    with pytest.raises(InputError, match="cannot read"):
        load_config(tmp_path / "gone.yaml")
