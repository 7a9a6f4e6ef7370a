"""Do DNS answers follow the pods? Signs and times are those of `dns_answers.py`."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic import checks
from kubeskeptic.checks.names import DNS_ENDPOINTS
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Gap
from tests.checks.dns_answers import FINE, QNAME, UNREADY, A, B, act, addresses, lane
from tests.drawn import pod

SLOW = "222222222111111111"


def test_answers_that_follow_in_time() -> None:
    finding = addresses(FINE, SLOW)
    assert finding.verdict is Verdict.HOLDS, finding.why
    assert finding.measured["stale"].value == pytest.approx(2.0)
    assert finding.measured["changes"].value == 1


def test_one_node_that_gets_stale_answers_violates() -> None:
    finding = addresses(FINE, "222222222211111111")
    assert finding.verdict is Verdict.VIOLATED
    assert f"2.50 s out of date, {A}, {B} on n2" in finding.why
    assert addresses("222222111111111112").verdict is Verdict.VIOLATED
    assert addresses("222222111111111112").measured["stale"].value == pytest.approx(6.5)


def test_a_clock_or_a_sight_in_doubt_decides_nothing() -> None:
    assert addresses(SLOW, doubt=0.1).verdict is Verdict.INCONCLUSIVE
    assert addresses(FINE, changes=(UNREADY._replace(age=1.6),)).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("sign", "sx0")
def test_an_answer_that_was_never_right_is_wrong_since_the_last_change(sign: str) -> None:
    assert addresses("222222" + 2 * sign + "1111111111").verdict is Verdict.HOLDS
    assert addresses("222222111111" + sign + "11111").verdict is Verdict.VIOLATED
    assert addresses(sign + FINE[1:]).verdict in (Verdict.VIOLATED, Verdict.INCONCLUSIVE)


@pytest.mark.parametrize("sign", "tc")
def test_a_lookup_that_fails_violates(sign: str) -> None:
    finding = addresses(FINE[:12] + sign + FINE[13:])
    assert finding.verdict is Verdict.VIOLATED
    assert finding.measured["failed"].value == 1


def test_an_answer_may_be_kept_for_as_long_as_the_corefile_says() -> None:
    kept = checks.addresses_follow(act(lane(FINE, ttl="31")), "web", "name")
    assert kept.verdict is Verdict.VIOLATED
    assert kept.why == "An answer had a TTL of 31 s; the Corefile allows 30 s."
    assert checks.addresses_follow(act(lane(FINE, ttl="29")), "web", "name").verdict is Verdict.HOLDS


def test_a_node_in_doubt_is_not_hidden_by_one_that_is_surely_a_little_stale() -> None:
    doubtful = lane(SLOW, "n2", doubt=0.8)
    found = checks.addresses_follow(act(lane("222222111111111111"), doubtful), "web", "name")
    assert found.verdict is Verdict.INCONCLUSIVE
    found = checks.addresses_follow(act(lane("222222221111111111"), doubtful), "web", "name")
    assert found.verdict is Verdict.INCONCLUSIVE


def test_each_name_server_is_asked_by_itself() -> None:
    servers = {"coredns-a": "10.0.0.7", "coredns-b": "10.0.0.8"}

    def asked(
        given: dict[str, str],
        *drawings: str,
        queried: dict[str, str] | None = None,
        kinds: tuple[str, ...] = ("dns-udp", "dns-udp"),
    ) -> Finding:
        lanes = [lane(drawing, probe=name) for drawing, name in zip(drawings, servers, strict=True)]
        one = act(*lanes)
        one.recording.tables["name servers"] = given
        for kind, (name, server) in zip(kinds, (queried or given).items(), strict=False):
            one.recording.specs[name] = {"qname": QNAME, "server": server, "kind": kind}
        return checks.each_server_follows(one, "web", "name servers")

    assert asked(servers, FINE, SLOW).verdict is Verdict.HOLDS
    same = dict.fromkeys(servers, "10.0.0.7")
    assert "“coredns-b” did not query the name server at 10.0.0.8" in asked(servers, FINE, SLOW, queried=same).why
    assert "one address for several name servers" in asked(same, FINE, SLOW).why
    assert asked(same, FINE, SLOW, kinds=("dns-udp", "dns-tcp")).verdict is Verdict.HOLDS
    assert asked(same, FINE, SLOW, kinds=("dns-tcp", "dns-tcp")).verdict is Verdict.INCONCLUSIVE
    stale = asked(servers, FINE, "222222222211111111")
    assert stale.verdict is Verdict.VIOLATED
    assert "“coredns-a”: 0.50 s, “coredns-b”: 2.50 s" in stale.why
    assert "(1 of “coredns-a”)" in asked(servers, "t" + FINE[1:], FINE).why
    assert asked({}, FINE, FINE).verdict is Verdict.SKIPPED


UDP, TCP = "dns-udp", "dns-tcp"


@pytest.mark.parametrize(
    ("queried", "endpoints", "why"),
    [
        ({"a": (UDP, "1"), "b": (UDP, "2")}, None, ""),
        ({"a": (UDP, "1"), "b": (UDP, "2")}, {}, "It is not known which name servers there are"),
        ({"a": (UDP, "1"), "b": (UDP, "2")}, {"x": "1", "y": "2"}, ""),
        ({"a": (UDP, "1"), "a-tcp": (TCP, "1")}, {"x": "1"}, ""),
        ({"a": (UDP, "1")}, None, ""),
        ({"a": (UDP, "1")}, {"x": "1", "y": "2"}, "The name servers are 1, 2, and 1 were queried by dns-udp"),
        ({"a": (UDP, "1"), "b": (UDP, "2")}, {"x": "1"}, "The name servers are 1, and 1, 2 were queried by dns-udp"),
        ({"a": (UDP, "1"), "b": (UDP, "2"), "a-tcp": (TCP, "1")}, None,
         "The name servers are 1, 2, and 1 were queried by dns-tcp"),
        ({"a": (UDP, "1"), "b-tcp": (TCP, "2")}, {"x": "1", "y": "2"},
         "The name servers are 1, 2, and 2 were queried by dns-tcp"),
    ],
)  # fmt: skip
def test_every_name_server_is_queried_over_each_protocol(
    queried: dict[str, tuple[str, str]], endpoints: dict[str, str] | None, why: str
) -> None:
    def asked(drawing: str) -> Finding:
        one = act(*(lane(drawing, probe=name) for name in queried))
        one.recording.tables["name servers"] = {name: server for name, (_, server) in queried.items()}
        one.recording.tables |= {DNS_ENDPOINTS: dict(endpoints)} if endpoints is not None else {}
        for name, (kind, server) in queried.items():
            one.recording.specs[name] = {"qname": QNAME, "server": server, "kind": kind}
        return checks.each_server_follows(one, "web", "name servers")

    found = asked(FINE)
    assert found.verdict is (Verdict.INCONCLUSIVE if why else Verdict.HOLDS), found.why
    assert why in found.why
    assert asked("222222222211111111").verdict is Verdict.VIOLATED


def test_what_was_not_seen_is_no_pass() -> None:
    assert addresses(FINE[:12] + "?" + FINE[13:]).verdict is Verdict.INCONCLUSIVE
    assert addresses(FINE[:8] + "   " + FINE[11:]).verdict is Verdict.INCONCLUSIVE
    assert addresses(FINE, gap=Gap("watch", "", "", "Pod", 3.0, 3.5, "broke")).verdict is Verdict.INCONCLUSIVE
    nothing = addresses("2" * 18, changes=())
    assert (nothing.verdict, "The Ready pods did not change" in nothing.why) == (Verdict.INCONCLUSIVE, True)


def test_an_act_that_ends_soon_after_a_change() -> None:
    late = pod(7.5, "web-a", ip=A)
    finding = addresses("222222111111111222", changes=(UNREADY, late))
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "1.5 s after the last change" in finding.why
    assert addresses("222222222211111222", changes=(UNREADY, late)).verdict is Verdict.VIOLATED


def test_a_pod_that_goes_and_one_that_comes() -> None:
    went = pod(2.0, "web-a", ip=A, deleting=True)
    came = pod(3.0, "web-c", ip=A)
    finding = addresses("222211222222222222", changes=(went, came))
    assert finding.verdict is Verdict.HOLDS, finding.why
    assert finding.measured["changes"].value == 2


def test_an_answer_that_follows_before_the_recorder_saw_why() -> None:
    late = pod(6.0, "web-a", ip=A)
    early = addresses("222222111112222222", changes=(UNREADY, late))
    assert early.verdict is Verdict.HOLDS, early.why
    assert addresses("222222222222222222", changes=(UNREADY, late)).verdict is Verdict.VIOLATED


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        ({}, ""),
        ({"qtype": "A", "kind": "dns-tcp", "server": "10.96.0.10"}, ""),
        ({"qtype": "AAAA"}, "queried AAAA records, not A records"),
        ({"kind": "dns-udp", "server": "10.96.0.10"}, "the same name server over the same protocol as “name”"),
    ],
)
def test_each_probe_queries_in_a_way_of_its_own(spec: dict[str, Any], why: str) -> None:
    one = act(lane("2" * 5 + "1" * 13), lane("2" * 5 + "1" * 13, probe="more"))
    one.recording.specs["name"] |= {"qtype": "A", "kind": "dns-udp", "server": "10.96.0.10"}
    one.recording.specs["more"] = {"qname": QNAME} | spec
    found = checks.addresses_follow(one, "web", "name", "more")
    assert (found.verdict is Verdict.HOLDS) is not bool(why), found.why
    assert why in found.why


def test_after_a_watch_broke_off_it_is_not_known_which_answer_is_right() -> None:
    stale = "2" * 5 + "1" * 13
    assert checks.addresses_follow(act(lane(stale), changes=()), "web", "name").verdict is Verdict.VIOLATED
    gap = Gap("watch", "", "", "Pod", 1.5, None, "it broke off")
    found = checks.addresses_follow(act(lane(stale), changes=(), gap=gap), "web", "name")
    assert found.verdict is Verdict.INCONCLUSIVE, found.why
