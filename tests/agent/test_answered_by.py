"""Who answered: there and back."""

from __future__ import annotations

import pytest

from kubeskeptic.agent.answered_by import AnsweringPod, DnsAnswer


@pytest.mark.parametrize(
    ("pod", "by"),
    [
        (AnsweringPod("ns", "web-1", "u1"), "ns/web-1/u1"),
        (AnsweringPod("", "web-1", ""), "/web-1/"),
        (AnsweringPod("ns", "web-1", "u1", "10.244.1.5"), "ns/web-1/u1/10.244.1.5"),
        (AnsweringPod("ns", "web-1", "u1", "fd00::1"), "ns/web-1/u1/fd00::1"),
    ],
)
def test_a_pod(pod: AnsweringPod, by: str) -> None:
    assert str(pod) == by
    assert AnsweringPod.of(by) == pod


@pytest.mark.parametrize("by", ["", "web-1"])
def test_a_text_of_another_shape_is_a_pods_name(by: str) -> None:
    assert AnsweringPod.of(by) == AnsweringPod("", by, "")


@pytest.mark.parametrize(
    ("answer", "by"),
    [
        (DnsAnswer(("10.0.0.1", "10.0.0.2"), "NOERROR", 30), "10.0.0.1,10.0.0.2|NOERROR|30"),
        (DnsAnswer((), "NXDOMAIN", 0), "|NXDOMAIN|0"),
        (DnsAnswer((), "NOERROR"), "|NOERROR|"),
    ],
)
def test_a_dns_answer(answer: DnsAnswer, by: str) -> None:
    assert str(answer) == by
    assert DnsAnswer.of(by) == answer


def test_a_set_of_records_alone_is_an_answer() -> None:
    assert DnsAnswer.of("10.0.0.1,10.0.0.2") == DnsAnswer(("10.0.0.1", "10.0.0.2"))
