from __future__ import annotations

from kubeskeptic.faults.components.kube_proxy import normalised
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


LISTED = """table ip kube-proxy {
	map service-ips {
		type ipv4_addr . inet_proto . inet_service : verdict
		comment "ClusterIP, ExternalIP and LoadBalancer IP traffic"
		elements = { %s }
	}

	chain services {
		ip daddr . meta l4proto . th dport vmap @service-ips
	}

	chain service-endpoints-check {
		ip daddr . meta l4proto . th dport vmap @no-endpoint-services
	}

	chain service-FY5PMXPG-kube-system/kube-dns/udp/dns {
		meta l4proto udp dnat ip to numgen random mod 2 map { 0 : %s . 53, 1 : 10.244.0.2 . 53 }
	}
}
"""
API = "10.96.0.1 . tcp . 443 : goto service-2QRHZV4L-default/kubernetes/tcp/https"
DNS = "10.96.0.10 . udp . 53 : goto service-FY5PMXPG-kube-system/kube-dns/udp/dns"
OURS = "10.96.7.7 . tcp . 80 : goto service-ABCDEFGH-skeptic-r1-web/web/tcp/http"


def test_rules_of_nftables_mode_last_wherever_they_are_listed_and_whatever_pods_they_lead_to() -> None:
    between = ",\n\t\t\t     "
    before = lasting(normalised(LISTED % (between.join([API, DNS]), "10.244.0.3")))
    after = lasting(normalised(LISTED % (between.join([OURS, DNS, API]), "10.244.0.9")))
    assert f"map service-ips: {API}" in before
    assert "chain service-endpoints-check: ip daddr . meta l4proto . th dport vmap @no-endpoint-services" in before
    assert before == after


def test_a_rule_that_depends_on_when_kube_proxy_was_started_is_left_out() -> None:
    own = "chain cluster-ips-check: ip daddr @cluster-ips reject"
    rule = 'chain cluster-ips-check: ip daddr 10.98.0.0/16 drop comment "Drop traffic to unallocated ClusterIPs"'
    assert lasting(frozenset({own, rule})) == {own}


def test_an_element_that_is_gone_in_nftables_mode_is_a_difference() -> None:
    before, after = (lasting(normalised(LISTED % (elements, "10.244.0.3"))) for elements in (f"{API}, {DNS}", DNS))
    assert before - after == {f"map service-ips: {API}"}
