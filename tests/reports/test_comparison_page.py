"""The page of a comparison, without a browser."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from click.testing import CliRunner

from kubeskeptic.cli import main
from kubeskeptic.reports import write_all
from kubeskeptic.reports.comparison import Comparison
from kubeskeptic.reports.html.comparison import render
from kubeskeptic.reports.html.turned import SIGNS
from kubeskeptic.reports.pair import ClaimChange
from tests.reports.test_comparison import finding, result
from tests.reports.test_page import Outline
from tests.reports.test_pair import asked, known, noise

KUBELETS = {"cp": "v1.37.2", "w1": "v1.37.2", "w2": "v1.36.3"}


def two(noisy: float | None = None) -> Comparison:
    """Two runs of which much is not the same."""
    before = result(
        finding("holds", 1.0), finding("holds", 2.0, "service.stable"), asked("holds", "heal.hang"),
        id="old", grace=40.0, kubernetes="v1.36.3", kubelets=dict.fromkeys(KUBELETS, "v1.36.3"), known=known("x"),
    )  # fmt: skip
    after = result(
        finding("violated", 9.0), finding("holds", 3.5, "service.stable"),
        id="new", known=known("heal.crash"), kubelets=KUBELETS, ended=None,
    )  # fmt: skip
    return Comparison(before, after, None, *([noise(noisy)] if noisy else []))


def text(page: str) -> str:
    return " ".join(unescape(re.sub("<[^>]+>", " ", page.partition("<body>")[2].partition("<script>")[0])).split())


@pytest.mark.parametrize("compared", [two(), two(0.5), Comparison(result(), result())])
def test_every_element_is_closed_every_id_unique_and_every_link_within(compared: Comparison) -> None:
    parsed = Outline()
    parsed.feed(render(compared))
    assert (parsed.crooked, parsed.open) == ([], [])
    assert len(parsed.ids) == len(set(parsed.ids))
    assert {link[1:] for link in parsed.links} <= set(parsed.ids)


def test_what_turned_is_first_then_numbers_then_the_cluster_then_the_rest() -> None:
    page = text(render(two()))
    order = (
        "1 newly violated, 1 gone",
        "It took 9.0 s.",
        "3.5 s",
        "Settings that differ",
        "number by number",
    )
    places = [page.index(one) for one in order]
    assert places == sorted(places)
    assert "✕ 1 newly violated" in page
    assert "– 1 gone" in page
    assert "The run after broke off." in page
    assert "Kubelets: v1.36.3 on w2, v1.37.2 on the other 2 nodes (before: v1.36.3 everywhere)." in page
    assert "GRACE 40 s 50 s" in page


def test_the_noise_is_beside_each_number_or_it_is_said_that_it_is_not_known() -> None:
    without, with_ = text(render(two())), text(render(two(0.5)))
    assert "No noise was given" in without
    assert "No noise was given" not in with_
    assert "smallest value in 10 runs while nothing changed" in with_
    assert "restarted 1 s 9 s ≤ 4 s 0.5 s" in with_
    assert "service.stable restarted 2 s 3.5 s ≤ 4 s ?" in with_


def test_nothing_turned_is_said_plainly() -> None:
    page = text(render(Comparison(result(finding("holds")), result(finding("holds")))))
    assert page.count("No verdict changed") == 1
    assert "Every case has the same verdict in both runs." in page
    assert "No number moved." in page


def test_text_of_a_result_is_escaped() -> None:
    evil = finding("violated") | {"why": "<script>alert(1)</script>"}
    page = render(Comparison(result(finding("holds")), result(evil)))
    assert page.count("<script>") == 1
    assert "&lt;script&gt;alert(1)" in page


def test_every_turn_has_a_sign_of_its_own() -> None:
    assert set(SIGNS) == set(ClaimChange)
    assert len({sign for sign, _ in SIGNS.values()}) == len(ClaimChange)


def test_from_a_shell_in_every_format(run_dir: Path, tmp_path: Path) -> None:
    written, page = str(write_all(run_dir).result), tmp_path / "compared.html"
    for words in ((), ("--markdown",), ("--json",)):
        page.unlink(missing_ok=True)
        ran = CliRunner().invoke(main, ["compare", written, written, "--html", str(page), *words])
        assert ran.exit_code == 0, ran.output
        assert str(page) in ran.stderr
        assert str(page) not in ran.stdout
        assert len(page.read_bytes()) < 500_000
