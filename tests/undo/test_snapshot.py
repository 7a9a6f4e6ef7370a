from __future__ import annotations

from kubeskeptic.undo.snapshot import Snapshot, by_name, differences, lasting


def shot(**facts: set[str]) -> Snapshot:
    return Snapshot({about: frozenset(lines) for about, lines in facts.items()})


def test_equal_snapshots_have_no_differences() -> None:
    assert differences(shot(taints={"a", "b"}), shot(taints={"b", "a"})) == []


def test_what_is_gone_and_what_is_new_is_said() -> None:
    assert differences(shot(taints={"a"}, routes={"r"}), shot(taints={"b", "c"})) == [
        "routes: “r” is gone",
        "taints: “a” is gone",
        "taints: “b” (and 1 more) is new",
    ]


def test_nodes_are_known_by_name() -> None:
    called = {"172.18.0.2": "worker", "172.18.0.21": "worker2"}
    assert by_name("10.244.1.0/24 via 172.18.0.2 dev eth0", called) == "10.244.1.0/24 via worker dev eth0"
    assert by_name("via 172.18.0.21, 172.18.0.211", called) == "via worker2, 172.18.0.211"
    assert by_name("nothing", {}) == "nothing"


def test_rules_of_pods_and_of_our_own_services_do_not_last() -> None:
    dns = '-A KUBE-SERVICES -d 10.96.0.10/32 -m comment --comment "kube-system/kube-dns:dns cluster IP" -j KUBE-SVC-X'
    ours = '-A KUBE-SERVICES -d 10.96.7.7/32 -m comment --comment "skeptic-r1-web/web cluster IP" -j KUBE-SVC-Y'
    pod = "-A KUBE-SEP-ABC -p udp -j DNAT --to-destination 10.244.0.3:53"
    assert lasting(frozenset({dns, ours, pod})) == {dns}
