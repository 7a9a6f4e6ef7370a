"""What a truth table of NetworkPolicies presumes: who asked and answered, their labels, and the order of the steps."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import ActSpan, Change
from suites.networking.test_policies import NOWHERE, parties, truth
from tests.drawn import pod, recording
from tests.replay.recorded import cases

STEPS, EACH, OPEN = (f"net.firewall ({one})" for one in ("ports, blocks and egress", "each node", "open connections"))
NODES, COMPUTED = ("n1", "n2"), truth(parties(NOWHERE))
PHASES = ("before", "denied", "let go")


def pods(**other: Change) -> list[Change]:
    there = {app: pod(0.0, app, app=app) for app in ("friend", "stranger", "server", "other")}
    there["friend"].object["metadata"]["labels"]["access"] = "allowed"
    there |= {f"everywhere_{node}": pod(0.0, f"e-{node}", app="everywhere", node=node) for node in NODES}
    return [*(there | other).values()]


def tables() -> dict[str, dict[str, Any]]:
    steps = {
        f"{step}: {one}": "ok" if passes else "timeout"
        for step, cells in COMPUTED.items()
        for one, passes in cells.items()
    }
    new = {f"{phase}, {node}, new": "timeout" if phase == "denied" else "ok" for phase in PHASES for node in NODES}
    kept = {f"{phase}, {node}, open": "goes on" for phase in PHASES for node in NODES}
    came = {f"{phase}, {node}": [0.0, 0.5] for phase in PHASES[1:] for node in NODES}
    return {
        "truth": steps,
        "in force": {step: [0.0, 0.5] for step in COMPUTED},
        "connections": new | kept,
        "each node": came,
    }


def judged(case: str, *there: Change, order: tuple[str, ...] = (*COMPUTED, *PHASES)) -> Finding:
    """The finding of a case on a recording in which each step was noted 3 s after the one before."""
    noted = {step: 2.0 + 3 * order.index(step) for step in order}
    looked = {
        name: {cell: noted[cell.partition(": " if name in ("truth", "in force") else ", ")[0]] for cell in cells}
        for name, cells in tables().items()
    }
    acts = {one: ActSpan(one, 0.5, 1.0, 90.0) for one in ("steps", "everywhere")}
    one, found = cases()[case], list[Finding]()
    seen = recording(*there, acts=acts, nodes=NODES, tables=tables(), looked=looked)
    one.test(act=one.scenario.read(seen, one.case), holds=found.append)
    return found[0]


@pytest.mark.parametrize("case", [STEPS, EACH, OPEN])
def test_a_table_of_these_pods_in_this_order_holds(case: str) -> None:
    assert judged(case, *pods()).verdict is Verdict.HOLDS, judged(case, *pods()).why


def allowed(app: str) -> Change:
    one = pod(0.0, app, app=app)
    one.object["metadata"]["labels"]["access"] = "allowed"
    return one


@pytest.mark.parametrize(
    ("case", "other"),
    [
        (STEPS, {"friend": pod(0.0, "friend", app="friend")}),
        (STEPS, {"stranger": allowed("stranger")}),
        (STEPS, {"server": pod(0.0, "server", app="server", ready=False)}),
        (STEPS, {"other": pod(0.0, "other", app="other", ready=False)}),
        (EACH, {"everywhere_n2": pod(0.0, "e-n2", app="everywhere", node="n1")}),
        (OPEN, {"everywhere_n2": pod(0.0, "e-n2", app="everywhere", node="n1")}),
        (EACH, {"stranger": pod(0.0, "stranger", app="stranger", ready=False)}),
    ],
)
def test_other_pods_show_nothing_of_the_policies(case: str, other: dict[str, Change]) -> None:
    finding = judged(case, *pods(**other))
    assert (finding.verdict, finding.why.startswith("The watch shows")) == (Verdict.INCONCLUSIVE, True), finding.why


@pytest.mark.parametrize(("case", "one", "other"), [(STEPS, "open", "a port"), (STEPS, "a port", "a port each"),
                                                    (EACH, "before", "denied"), (OPEN, "denied", "let go")])  # fmt: skip
def test_steps_in_another_order_show_nothing_of_the_policies(case: str, one: str, other: str) -> None:
    swapped = {one: other, other: one}
    finding = judged(case, *pods(), order=tuple(swapped.get(step, step) for step in (*COMPUTED, *PHASES)))
    assert (finding.verdict, "was noted in" in finding.why) == (Verdict.INCONCLUSIVE, True), finding.why
