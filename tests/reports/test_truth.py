"""Who reached whom, drawn as tables."""

from __future__ import annotations

from typing import Any

from kubeskeptic.reports.html.truth import truth_tables
from tests.drawn import recording


def noted(at: float = 5.0, **tables: dict[str, Any]) -> str:
    seen = recording()
    seen.tables = tables
    seen.looked = {name: dict.fromkeys(cells, at) for name, cells in tables.items()}
    return truth_tables(seen, (0.0, 10.0)) or ""


def pair(client: str, server: str, kind: str, outcome: str) -> dict[str, str]:
    return {"from": client, "to": server, "kind": kind, "outcome": outcome, "peer": "10.0.0.1"}


def test_pairs_are_a_matrix_that_says_what_did_not_work() -> None:
    cells = [
        pair("a", "b", "TCP", "ok"),
        pair("a", "b", "UDP", "ok"),
        pair("b", "a", "TCP", "ok"),
        pair("b", "a", "UDP", "timeout"),
    ]
    drawn = noted(matrix={str(at): one for at, one in enumerate(cells)})
    assert "Who reached whom (matrix): TCP; UDP" in drawn
    assert "<th>a</th><td>–</td><td>ok × 2</td>" in drawn
    assert "<th>b</th><td>UDP: timeout</td><td>–</td>" in drawn


def test_outcomes_by_step_are_a_table_of_steps() -> None:
    drawn = noted(truth={"open: friend": "ok", "denied: friend": "timeout", "denied: stranger": "refused"})
    assert "<th></th><th>open</th><th>denied</th>" in drawn
    assert "<th>friend</th><td>ok</td><td>timeout</td>" in drawn
    assert "<th>stranger</th><td>–</td><td>refused</td>" in drawn


def test_other_tables_and_those_of_another_time_are_left_out() -> None:
    assert noted(records={"its name, in svc": "no answer"}, force={"open: friend": [0.0, 0.1]}, empty={}) == ""
    assert noted(at=11.0, truth={"open: friend": "ok"}) == ""
    assert noted(truth={"open: friend": "maybe"}) == ""
    assert noted(matrix={"1": {"from": "a", "to": "b"}}) == ""
