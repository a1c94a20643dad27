"""Settings: the file, the environment over it, and where the files are looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from bots.config import (
    Settings,
    config_folder,
    default_folder,
    load_portals,
    load_settings,
    selectors_folder,
)
from bots.errors import Problem

SHIPPED = Path(__file__).parents[2] / "config"


def test_the_shipped_settings_are_the_defaults():
    assert load_settings(SHIPPED, environment={}) == Settings()


def test_every_key_is_shown_in_the_shipped_file():
    text = (SHIPPED / "claimbots.yaml").read_text()
    for section, field in Settings.model_fields.items():
        assert f"\n{section}:" in text
        for key in field.annotation.model_fields:
            assert f"  {key}:" in text.replace("# ", ""), f"{section}.{key}"


def test_the_environment_wins_over_the_file(tmp_path):
    (tmp_path / "claimbots.yaml").write_text("run:\n  pages: 2\n  corrections_per_day: 7\n")

    settings = load_settings(
        tmp_path,
        environment={
            "CLAIMBOTS_RUN__PAGES": "3",
            "CLAIMBOTS_RUN__REPORTS": "html, csv",
            "CLAIMBOTS_BROWSER__HEADED": "yes",
            "CLAIMBOTS_DATA": "elsewhere",
            "OTHER_RUN__PAGES": "9",
        },
    )

    assert (settings.run.pages, settings.run.corrections_per_day) == (3, 7)
    assert settings.run.reports == ("html", "csv")
    assert settings.browser.headed is True


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("CLAIMBOTS_RUN__PAGE", "3", "run.page: unknown key; did you mean pages?"),
        ("CLAIMBOTS_RUM__PAGES", "3", "rum: unknown key; did you mean run?"),
        ("CLAIMBOTS_RUN__PAGES", "many", "run.pages: should be a valid integer, unable to"),
        ("CLAIMBOTS_RUN__REPORTS", "html,pdf", "run.reports: not one of: html, xlsx, csv"),
        ("CLAIMBOTS_KEYS__MASTER", "hunter2", "keys.master: not a reference to a secret;"),
    ],
)
def test_a_mistake_in_the_environment_names_the_variable(variable, value, said):
    with pytest.raises(Problem) as caught:
        load_settings(SHIPPED, environment={variable: value})

    assert caught.value.sentence().startswith(f"environment {variable} {said}")
    assert value not in caught.value.sentence() or value == "3"


@pytest.mark.parametrize(
    "reference", ["env:OFFICE_KEY", "file:/run/secrets/key", "keyring:claimbots", "vault:a/b"]
)
def test_a_secret_is_named_by_reference(reference):
    environment = {"CLAIMBOTS_KEYS__MASTER": reference}
    assert load_settings(SHIPPED, environment).keys.master == reference


def test_the_named_folder_wins_over_the_one_here_and_over_the_defaults(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CLAIMBOTS_CONFIG", raising=False)
    assert config_folder() == default_folder("config") == SHIPPED

    (tmp_path / "config").mkdir()
    assert config_folder() == Path("config")

    named = tmp_path / "office" / "config"
    named.mkdir(parents=True)
    monkeypatch.setenv("CLAIMBOTS_CONFIG", str(named))
    assert config_folder() == named


def test_a_named_folder_that_is_not_there_is_an_error_and_not_the_defaults(monkeypatch, tmp_path):
    monkeypatch.setenv("CLAIMBOTS_CONFIG", str(tmp_path / "gone"))
    with pytest.raises(Problem, match="no such folder"):
        config_folder()


def test_selectors_stand_beside_the_configuration(tmp_path, monkeypatch):
    (tmp_path / "config").mkdir()
    monkeypatch.setenv("CLAIMBOTS_CONFIG", str(tmp_path / "config"))
    assert selectors_folder() == default_folder("selectors")

    (tmp_path / "selectors").mkdir()
    assert selectors_folder() == tmp_path / "selectors"


def test_the_shipped_portals_can_be_read():
    portals = load_portals(SHIPPED)
    assert portals["practice"].mode == "live"
    assert portals["practice"].not_yet_sent == ("Draft", "Ready for review")


def test_an_installed_package_has_its_defaults_inside(tmp_path, monkeypatch):
    package = tmp_path / "site-packages" / "bots"
    monkeypatch.setattr("bots.__file__", str(package / "__init__.py"))
    # A stranger's config/ beside the packages is not ours.
    (tmp_path / "site-packages" / "config").mkdir(parents=True)

    assert default_folder("config") == package / "defaults" / "config"
