"""Several runs beside each other: steady or not, how much numbers vary, and what that makes of a comparison."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from kubeskeptic.cli import main
from kubeskeptic.errors import BadInput
from kubeskeptic.reports.compared import render as compared
from kubeskeptic.reports.comparison import Comparison
from kubeskeptic.reports.pair import ClaimChange
from kubeskeptic.reports.tally import markdown, read, read_noise, render, tallied, text
from tests.reports.test_comparison import finding, result


def runs(*seconds: float, verdict: str = "holds") -> list[dict[str, Any]]:
    return [result(finding(verdict, one, case="once"), id=f"r{at}") for at, one in enumerate(seconds)]


def test_runs_that_agree_are_steady_and_their_numbers_noise() -> None:
    seen = runs(1.0, 3.0, 2.0)
    rows = tallied(seen)
    assert rows[0].steady
    told = render(seen, rows)
    assert "●●●  heal.crash (once)  restarted 1 to 3\N{NO-BREAK SPACE}s" in told
    assert told.endswith("1 of 1\N{NO-BREAK SPACE}case came to the same verdict in all 3 runs.")
    assert "| 1\N{NO-BREAK SPACE}s | 2\N{NO-BREAK SPACE}s | 3\N{NO-BREAK SPACE}s |" in markdown(rows)


@pytest.mark.parametrize("other", [runs(2.0, verdict="inconclusive")[0], runs(9.0)[0], result(id="r9")])
def test_another_verdict_or_none_is_not_steady_and_says_why(other: dict[str, Any]) -> None:
    seen = [*runs(1.0, 2.0), other | {"run": other["run"] | {"id": "other"}}]
    (row,) = tallied(seen)
    assert not row.steady
    assert "0 of 1" in render(seen, [row])


def test_cases_that_only_some_runs_asked_are_counted_apart() -> None:
    seen = [*runs(0.05, 0.09), result(id="r2")]
    (row,) = tallied(seen)
    assert (row.agreed, row.steady) == (True, False)
    told = render(seen, [row])
    assert "●●–  heal.crash (once)  restarted 50 to 90\N{NO-BREAK SPACE}ms; not asked in 1\N{NO-BREAK SPACE}run" in told
    assert told.endswith("came to the same verdict in all 3 runs, 1 more in all runs that asked them.")
    assert "inconclusive" not in told


def test_a_range_has_both_units_where_they_differ() -> None:
    seen = runs(0.05, 3.0)
    assert "restarted 50\N{NO-BREAK SPACE}ms to 3\N{NO-BREAK SPACE}s" in render(seen, tallied(seen))


def test_inconclusive_in_every_run_says_nothing() -> None:
    assert not tallied(runs(1.0, 2.0, verdict="inconclusive"))[0].steady
    assert tallied(runs(9.0, 8.0, verdict="violated"))[0].steady


def test_fewer_than_two_runs_or_one_twice_are_refused() -> None:
    with pytest.raises(BadInput, match="at least two"):
        tallied(runs(1.0))
    with pytest.raises(BadInput, match="each given once"):
        tallied([*runs(1.0), *runs(2.0)])


def test_what_is_within_the_noise_is_no_change(tmp_path: Path) -> None:
    path = tmp_path / "noise.json"
    seen = runs(1.0, 2.0)
    path.write_text(text(seen, tallied(seen)))
    known = read_noise(path)
    assert known["heal.crash", "once", "restarted"] == 1.0
    was, near, far = runs(1.0, 2.0, 2.1)
    assert Comparison(was, near, 20, known).pairs[0].turn is ClaimChange.SAME
    assert Comparison(was, far, 25, known).pairs[0].turn is ClaimChange.WORSE
    assert Comparison(was, near, 20).pairs[0].turn is ClaimChange.WORSE
    assert "1\N{NO-BREAK SPACE}s → 2\N{NO-BREAK SPACE}s" not in compared(Comparison(was, near, None, known))
    assert "1\N{NO-BREAK SPACE}s → 2.1\N{NO-BREAK SPACE}s" in compared(Comparison(was, far, None, known))


def test_kept_runs_count_as_the_runs_they_are_of(tmp_path: Path) -> None:
    first = [*runs(1.0, 2.0), *runs(9.0, verdict="violated")]
    first[2]["run"]["id"] = "r2"
    kept = tmp_path / "kept.json"
    kept.write_text(text(first, tallied(first)))
    newer = result(finding("holds", 4.0, case="once"), finding("holds", 3.0, claim="heal.hang"), id="r3")
    together = [*read(kept), newer]
    assert [row.verdicts for row in tallied(together)] == [
        ("holds", "holds", "violated", "holds"),
        ("", "", "", "holds"),
    ]
    assert render(together, tallied(together)) == render([*first, newer], tallied([*first, newer]))
    assert markdown(tallied(together)) == markdown(tallied([*first, newer]))
    kept.write_text(text(together, tallied(together)))
    assert text(read(kept), tallied(read(kept))) == kept.read_text()
    assert read_noise(kept) == {("heal.crash", "once", "asked"): 0.0, ("heal.crash", "once", "restarted"): 8.0}
    with pytest.raises(BadInput, match="each given once"):
        tallied([*read(kept), newer])


def test_a_kept_number_is_compared_with_the_bound_of_its_own_run(tmp_path: Path) -> None:
    seen = runs(3.9, 2.0, 2.1)
    for one, limit in zip(seen, (4.0, 3.0, 4.0), strict=True):
        one["claims"][0]["bound"]["restarted"]["value"] = limit
    kept = tmp_path / "kept.json"
    kept.write_text(text(seen, tallied(seen)))
    kept.write_text(text(read(kept), tallied(read(kept))))
    again = read(kept)
    assert [one["claims"][0]["bound"]["restarted"]["value"] for one in again] == [4.0, 3.0, 4.0]
    assert tallied(again)[0].verdicts == ("holds", "holds", "holds")
    seen[2]["claims"][0]["bound"]["restarted"]["value"] = 5.0
    assert markdown(tallied(seen)).endswith("| ≤\N{NO-BREAK SPACE}5\N{NO-BREAK SPACE}s |")  # that of the last run
    assert len(json.loads(kept.read_text())["claims"][0]["numbers"]["restarted"]["bounds"]) == 2


@pytest.mark.parametrize(
    "content",
    [None, "no", "{}", "[]", '{"schema": 1, "numbers": [{}]}', '{"schema": 3, "runs": [{}, {}], "claims": [{}]}'],
)
def test_a_file_that_is_no_noise_is_one_sentence(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "noise.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(BadInput, match=f"^{path} [^;]*; `skeptic tally --write FILE` writes a noise file$"):
        read_noise(path)


def test_why_a_noise_file_is_refused_is_said_once(tmp_path: Path) -> None:
    def refused(path: Path) -> str:
        with pytest.raises(BadInput) as said:
            read_noise(path)
        return (
            str(said.value).removeprefix(f"{path} ").removesuffix("; `skeptic tally --write FILE` writes a noise file")
        )

    path = tmp_path / "noise.json"
    assert refused(path) == "cannot be read: No such file or directory"
    path.write_text(json.dumps(runs(1.0)[0]))
    assert refused(path) == "is not a noise file in schema 3"
    kept = runs(1.0, 2.0)
    document = json.loads(text(kept, tallied(kept)))
    path.write_text(json.dumps(document | {"runs": document["runs"][:1]}))
    assert refused(path) == "is not a noise file: it must have at least two runs, each once"
    path.write_text(json.dumps(document | {"claims": 7}))
    assert refused(path).startswith("is not a noise file (")


def test_the_command(tmp_path: Path) -> None:
    files = [tmp_path / f"{at}.json" for at in range(2)]
    for file, one in zip(files, runs(1.0, 2.0), strict=True):
        file.write_text(json.dumps(one))
    written = tmp_path / "noise.json"
    done = CliRunner().invoke(main, ["tally", *map(str, files), "--write", str(written)])
    assert (done.exit_code, "same verdict in all 2 runs" in done.output) == (0, True), done.output
    assert read_noise(written).runs == 2
    again = CliRunner().invoke(main, ["tally", str(written), "--markdown"])
    assert (again.exit_code, "| 2 | 1" in again.output) == (0, True), again.output
    compared_ = CliRunner().invoke(main, ["compare", *map(str, files), "--noise", str(written)])
    assert (compared_.exit_code, "their noise" in compared_.output) == (0, True), compared_.output
    files[1].write_text(json.dumps(runs(9.0, 9.0)[1]))
    assert CliRunner().invoke(main, ["tally", *map(str, files)]).exit_code == 1
