from __future__ import annotations

import pytest

from kubeskeptic.kube.notation import DnsTimes, command_line, dns_times, flag, go_duration, quantity


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
    assert dns_times(KUBEADM) == DnsTimes("cluster.local", ttl=30.0, positive=0.0, denial=0.0, reloads=False)


def corefile(kubernetes: str = "kubernetes cluster.local", cache: str = "") -> str:
    return f".:53 {{\n {kubernetes}\n {cache}\n reload\n}}"


@pytest.mark.parametrize(
    ("text", "ttl", "positive", "denial"),
    [
        (corefile(cache="cache 30"), 5, 5, 5),
        (corefile("kubernetes cluster.local {\n ttl 60\n }", "cache 30"), 60, 30, 30),
        (corefile("kubernetes cluster.local {\n ttl 60 # a minute\n }", "cache {\n success 9984 20\n }"), 60, 20, 60),
        (corefile("kubernetes cluster.local {\n ttl 60\n }", "cache 30 {\n denial 9984 7\n }"), 60, 30, 7),
        (corefile("kubernetes a.b {\n ttl 3600\n }", "cache"), 3600, 3600, 1800),
        (corefile(), 5, 0, 0),
        (corefile(cache="cache 30 {\n disable success\n }"), 5, 0, 5),
        (corefile(cache="cache 30 {\n disable denial local\n }"), 5, 5, 0),
        (corefile(cache="cache 30 {\n disable success .\n disable denial al\n }"), 5, 0, 5),
        (corefile("kubernetes in-addr.arpa corp.example", "cache {\n disable success corp.example.\n }"), 5, 0, 5),
        (corefile(cache="cache 30 {\n disable success cluster.local\n disable denial pod.cluster.local\n }"), 5, 0, 5),
        (corefile(cache="cache 30 {\n serve_stale 1m\n }"), 5, 65, 65),
        (corefile(cache="cache 30 {\n serve_stale\n }"), 5, 3605, 3605),
        ("corp:53 {\n forward . 10.0.0.1\n cache 99\n}\n" + corefile(), 5, 0, 0),
    ],
)
def test_other_corefiles(text: str, ttl: float, positive: float, denial: float) -> None:
    read = dns_times(text)
    assert read
    assert (read.ttl, read.positive, read.denial, read.reloads) == (ttl, positive, denial, True)


@pytest.mark.parametrize(
    ("kubernetes", "zone"),
    [
        ("kubernetes", "cluster.local"),
        ("kubernetes in-addr.arpa corp.example. ip6.arpa", "corp.example"),
        ("kubernetes a.b {\n }", "a.b"),
    ],
)
def test_the_zone_is_the_first_that_is_no_reverse_one(kubernetes: str, zone: str) -> None:
    read = dns_times(corefile(kubernetes))
    assert read
    assert read.zone == zone


@pytest.mark.parametrize("text", [".:53 {\n forward . 10.0.0.1\n}", "", "import custom/*", "{", "}"])
def test_a_corefile_that_does_not_answer_for_the_cluster(text: str) -> None:
    assert dns_times(text) is None


@pytest.mark.parametrize(
    ("text", "value"), [("100Mi", 100 * 2**20), ("2.5G", 2.5e9), ("0", 0), ("1e3", 1000), ("500m", 0.5), ("1Ki", 1024)]
)
def test_quantities_as_kubernetes_writes_them(text: str, value: float) -> None:
    assert quantity(text) == value


@pytest.mark.parametrize("text", ["", "Mi", "10%", "1 Mi", "1mi"])
def test_what_is_no_quantity(text: str) -> None:
    with pytest.raises(ValueError, match="not a quantity"):
        quantity(text)
