import math

import pytest

from kubeskeptic.checks import balances
from kubeskeptic.checks.spread import chi_square_tail, noticeable, statistic
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import ActSpan, Lane
from tests.drawn import lane, pod, watched

PODS = {"a": "n1", "b": "n2", "c": "n3"}


def answered(node: str, **counts: int) -> Lane:
    """A lane with so many answers of each pod."""
    drawn = lane("." * sum(counts.values()), node, period=0.01)
    for at, by in enumerate(by for name, count in counts.items() for by in [name] * count):
        drawn.bys[at] = drawn.name_index(by)
    return drawn


def spread(*lanes: Lane, pods: dict[str, str] | None = None, until: float = 30) -> Finding:
    return balances(watched(*lanes, pods=pods or PODS, spans=(ActSpan("act", 0, 0, until),)), "web")


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
    assert "1 Ready pod:" in spread(answered("n1", a=50), pods={"a": "n1"}).why
    assert "an answer came from d," in spread(answered("n1", a=50, b=50, d=50)).why


def test_fifteen_answers_are_enough_for_three_endpoints() -> None:
    found = spread(answered("n1", a=5, b=5, c=5), until=0.15)
    assert (found.verdict, found.measured["answers"].value) == (Verdict.HOLDS, 15)


def test_two_endpoints_are_enough_to_spread_over() -> None:
    two = {"a": "n1", "b": "n2"}
    assert spread(answered("n1", a=500, b=500), pods=two, until=10).verdict is Verdict.HOLDS
    assert spread(answered("n1", a=600, b=400), pods=two, until=10).verdict is Verdict.VIOLATED


def test_each_of_two_nodes_may_look_uneven_half_as_often() -> None:
    # 347 + 253 + 300: Pearson's statistic is 14.73, p = 0.00063
    uneven, even = answered("n1", a=347, b=253, c=300), answered("n2", a=300, b=300, c=300)
    alone, beside = spread(uneven, until=9), spread(uneven, even, until=9)
    assert alone.verdict is Verdict.VIOLATED
    assert alone.measured["least chance"].value == pytest.approx(0.000634)
    assert alone.bounds["least chance"].value == 0.001
    assert beside.verdict is Verdict.HOLDS, beside.why
    assert beside.bounds["least chance"].value == 0.0005


def test_the_node_with_the_fewest_answers_says_what_would_be_noticed() -> None:
    many, few = answered("n1", a=1000, b=1000, c=1000), answered("n2", a=300, b=300, c=300)
    both = spread(many, few)
    assert both.measured["answers"].value == 3900
    assert both.measured["noticed from"].value == round(100 * noticeable(900, 3, 0.0005), 1)


def test_only_good_answers_of_the_act_count() -> None:
    drawn = lane("." * 300 + "r" * 30 + "w" * 30 + "." * 900, period=0.01, by="a")
    for at in range(360, 1260):
        drawn.bys[at] = drawn.name_index("ns/" + "abc"[at % 3] + "/uid")
    found = balances(watched(drawn, pods=PODS, spans=(ActSpan("act", 0, 3.0, 12.6),)), "web")
    assert "300 + 300 + 300 of 900" in found.why
    found = balances(watched(drawn, pods=PODS, spans=(ActSpan("act", 0, 3.0, 6.6),)), "web")
    assert "100 + 100 + 100 of 300" in found.why


def test_endpoints_are_the_pods_that_are_ready_when_the_act_begins() -> None:
    drawn = answered("n1", a=300, b=300)
    for late, why in ((pod(0.4, "c"), "250 + 300 + 0 of 550"), (pod(0.6, "c"), "250 + 300 of 550 for 2 endpoints")):
        act = watched(drawn, pods={"a": "n1", "b": "n2"}, changes=(late,), spans=(ActSpan("act", 0, 0.5, 6),))
        assert why in balances(act, "web").why


def test_each_node_is_told_in_order() -> None:
    found = spread(answered("n2", a=20, b=20, c=20), answered("n1", b=20, c=40))
    assert (found.nodes, found.window, found.probes) == (("n1", "n2"), (0, 30), ("web",))
    assert [line.partition(",")[0] for line in found.decisive] == ["n1: 0 + 20 + 40", "n2: 20 + 20 + 20"]
    assert "on n1 were the least even, 0 + 20 + 40 of 60" in found.why


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
    assert noticeable(100, 3, 0.00025) == pytest.approx(few * math.sqrt(6))
    # 10.828 is seen by chance once in 1000 times, and 1 + 39.1 − 2.326 √(2 (1 + 2 · 39.1)) is just that
    assert noticeable(600, 2, 0.001) == pytest.approx(math.sqrt(39.1 / 600), rel=1e-3)
    assert noticeable(100, 5, 0.9) == pytest.approx(0.842, abs=1e-3)
    assert noticeable(600, 3, 0.01) < few < noticeable(600, 5, 0.00025) < math.inf


@pytest.mark.parametrize("sign", "t? ")
def test_requests_without_an_answer_may_have_been_sent_to_any_endpoint(sign: str) -> None:
    def found(a: int, b: int, c: int, open_: int) -> Finding:
        drawn = lane("." * (a + b) + sign * open_ + "." * c, period=0.01)
        good = [at for at in range(len(drawn)) if drawn[at].by]
        for at, by in zip(good, "a" * a + "b" * b + "c" * c, strict=True):
            drawn.bys[at] = drawn.name_index(by)
        end = (a + b + open_ + c) / 100
        return balances(watched(drawn, pods=PODS, spans=(ActSpan("act", 0, 0, end),)), "web")

    assert found(300, 300, 300, 0).verdict is Verdict.HOLDS
    open_ = [found(300, 300, 300, count).measured["without an answer"].value for count in (0, 30)]
    assert open_ == [0, 30]
    assert found(300, 300, 150, 0).verdict is Verdict.VIOLATED
    assert found(300, 300, 150, 150).verdict is Verdict.INCONCLUSIVE
    assert found(300, 300, 300, 300).verdict is Verdict.INCONCLUSIVE
    assert found(300, 300, 50, 20).verdict is Verdict.VIOLATED
