from __future__ import annotations

import pytest

from kubeskeptic.kube.notation import command_line, dns_ttl, flag, go_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("50s", 50),
        ("0", 0),
        ("0s", 0),
        ("1h15m30.5s", 4530.5),
        ("100ms", 0.1),
        ("1m0s", 60),
        ("5µs", 5e-6),
        ("-2s", -2),
    ],
)
def test_durations_as_go_writes_them(text: str, seconds: float) -> None:
    assert go_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "5", "s", "5 s", "1d", "--1s", "1s5"])
def test_what_go_would_refuse(text: str) -> None:
    with pytest.raises(ValueError, match="not a duration"):
        go_duration(text)


def test_flags_in_both_spellings_and_the_last_one_counts() -> None:
    words = ["kube-x", "--a=1", "--b", "2", "--a=3", "--ab=4"]
    assert (flag(words, "a"), flag(words, "b"), flag(words, "c")) == ("3", "2", None)


def test_command_and_arguments_are_one_line() -> None:
    pod = {"spec": {"containers": [{"command": ["x"], "args": ["--a=1"]}]}}
    assert command_line(pod) == ["x", "--a=1"]


KUBEADM = """
.:53 {
    errors
    health {
       lameduck 5s
    }
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30 {
       disable success cluster.local
       disable denial cluster.local
    }
    loop
}
"""


def test_kubeadms_corefile_does_not_cache_the_clusters_zone() -> None:
    assert dns_ttl(KUBEADM) == (30.0, 0.0)


@pytest.mark.parametrize(
    ("corefile", "read"),
    [
        (".:53 {\n kubernetes cluster.local\n cache 30\n}", (5.0, 5.0)),
        (".:53 {\n kubernetes cluster.local {\n ttl 60\n }\n cache 30\n}", (60.0, 30.0)),
        (
            ".:53 {\n kubernetes cluster.local {\n ttl 60 # a minute\n }\n cache {\n success 9984 20\n }\n}",
            (60.0, 20.0),
        ),
        (".:53 {\n kubernetes cluster.local\n}", (5.0, 0.0)),
        (".:53 {\n kubernetes cluster.local\n cache 30 {\n disable success\n }\n}", (5.0, 0.0)),
        ("corp:53 {\n forward . 10.0.0.1\n cache 99\n}\n.:53 {\n kubernetes cluster.local\n}", (5.0, 0.0)),
        (".:53 {\n forward . 10.0.0.1\n}", None),
    ],
)
def test_other_corefiles(corefile: str, read: tuple[float, float] | None) -> None:
    assert dns_ttl(corefile) == read
