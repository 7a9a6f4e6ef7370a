"""What `skeptic upgrade` prints at its end, and what it leaves beside the runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubeskeptic import configuration
from kubeskeptic.cli.upgrade import _told
from kubeskeptic.reports.comparison import Comparison
from kubeskeptic.upgrading.state import UpgradeState
from kubeskeptic.upgrading.upgrade import Upgraded
from tests.reports.test_comparison import finding, result


@pytest.fixture
def upgrades(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(configuration, "reports", lambda: tmp_path)
    (tmp_path / "upgrades").mkdir()
    return tmp_path / "upgrades"


def done(compared: Comparison | None) -> Upgraded:
    return Upgraded(UpgradeState("up", "u", "v1.36.3", "v1.37.2", {}), {"cp": "v1.37.2"}, (), compared)


def test_the_comparison_is_a_page_too_and_its_path_is_printed(
    upgrades: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    compared = Comparison(result(finding("holds")), result(finding("violated", 9.0)))
    assert _told(done(compared), None) == 1
    page = upgrades / "up.html"
    assert "1 newly violated" in page.read_text()
    assert f"report   {upgrades / 'up.md'}\npage     {page}\n" in capsys.readouterr().out


def test_a_page_of_an_earlier_upgrade_does_not_stay(upgrades: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = upgrades / "up.html"
    page.write_text("old")
    assert _told(done(None), None) == 0
    assert not page.exists()
    assert "\npage " not in capsys.readouterr().out
