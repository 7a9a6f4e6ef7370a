import math

import pytest

from kubeskeptic.checks import balances
from kubeskeptic.checks.spread import chi_square_tail, noticeable, statistic
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import ActSpan, Lane
from tests.drawn import lane, watched

PODS = {"a": "n1", "b": "n2", "c": "n3"}


def answered(node: str, **counts: int) -> Lane:
    """A lane with so many answers of each pod."""
    drawn = lane("." * sum(counts.values()), node, period=0.01)
    for at, by in enumerate(by for pod, count in counts.items() for by in [pod] * count):
        drawn.bys[at] = drawn.name_index(by)
    return drawn


def spread(*lanes: Lane, pods: dict[str, str] | None = None) -> Finding:
    return balances(watched(*lanes, pods=pods or PODS, spans=(ActSpan("act", 0, 0, 30),)), "web")


def test_even_shares_hold_and_the_power_is_told() -> None:
    found = spread(answered("n1", a=1000, b=1000, c=1000), answered("n2", a=980, b=1030, c=990))
    assert "least even, 980 + 1030 + 990 of 3000" in found.why
    assert found.measured["noticed from"].value == pytest.approx(15, abs=3)


@pytest.mark.parametrize(("counts", "verdict"), [((300, 290, 310), "holds"), ((420, 240, 240), "violated")])
def test_the_least_even_node_decides(counts: tuple[int, int, int], verdict: str) -> None:
    a, b, c = counts
    found = balances(
        watched(
            answered("n1", a=300, b=300, c=300), answered("n2", a=a, b=b, c=c), pods=PODS,
            spans=(ActSpan("act", 0, 0, 9),),
        ),
        "web",
    )  # fmt: skip
    assert found.verdict == verdict, found.why


def test_one_pod_only_is_no_balance() -> None:
    drawn = answered("n1", a=900)
    found = balances(watched(drawn, pods=PODS, spans=(ActSpan("act", 0, 0, 9),)), "web")
    assert found.verdict is Verdict.VIOLATED
    assert "900 + 0 + 0 of 900" in found.why


def test_too_few_answers_or_endpoints_or_a_stranger_are_inconclusive() -> None:
    assert "too few for 3 endpoints" in spread(answered("n1", a=5, b=5, c=4)).why
    assert "1 Ready pods" in spread(answered("n1", a=50), pods={"a": "n1"}).why
    assert "d answered" in spread(answered("n1", a=50, b=50, d=50)).why


@pytest.mark.parametrize(
    ("value", "freedom", "tail"),
    [(3.841, 1, 0.05), (5.991, 2, 0.05), (7.815, 3, 0.05), (9.488, 4, 0.05), (20.515, 5, 0.001), (29.588, 10, 0.001)],
)
def test_the_tail_of_chi_square_as_in_tables(value: float, freedom: int, tail: float) -> None:
    assert chi_square_tail(value, freedom) == pytest.approx(tail, rel=2e-3)
    assert chi_square_tail(0, freedom) == pytest.approx(1)


def test_pods_that_never_answered_count() -> None:
    assert statistic({"a": 30}, PODS) == pytest.approx(60)
    assert statistic({"a": 10, "b": 10, "c": 10}, PODS) == 0


def test_more_requests_notice_smaller_differences() -> None:
    few, many = noticeable(600, 3, 0.00025), noticeable(2400, 3, 0.00025)
    assert many == pytest.approx(few / 2)
    assert 0.3 < few < 0.45
    assert noticeable(600, 3, 0.01) < few < noticeable(600, 5, 0.00025) < math.inf
