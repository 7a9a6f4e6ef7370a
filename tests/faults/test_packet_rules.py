"""Tables of packet rules that faults make, and the rules of kube-proxy that they compare."""

from __future__ import annotations

import re

import pytest

from kubeskeptic.errors import BadInput
from kubeskeptic.faults.components.kube_proxy import normalised
from kubeskeptic.faults.network import nft_table


def test_a_table_is_made_whole_and_anew() -> None:
    text = nft_table.script("skeptic_1", arriving=["ip saddr 10.0.0.1 drop"])
    assert text.splitlines() == [
        "table inet skeptic_1",
        "delete table inet skeptic_1",
        "table inet skeptic_1 {",
        "  chain arriving {",
        "    type filter hook prerouting priority -310; policy accept;",
        "    ip saddr 10.0.0.1 drop",
        "  }",
        "}",
    ]


def test_addresses_are_checked_before_they_are_rules() -> None:
    assert nft_table.addresses(["10.244.1.0/24", "10.0.0.2"]) == "{ 10.0.0.2/32, 10.244.1.0/24 }"
    for wrong in (["10.0.0.1; flush ruleset"], [], ["fd00::1"]):
        with pytest.raises(BadInput):
            nft_table.addresses(wrong)


def test_tables_of_other_faults_and_runs_have_other_names() -> None:
    names = {nft_table.name("r1", "cut", "n1"), nft_table.name("r1", "cut", "n2"), nft_table.name("r2", "cut", "n1")}
    assert len(names) == 3
    assert all(name.startswith("skeptic_") for name in names)


def test_only_a_table_that_may_be_ours_is_deleted() -> None:
    named = nft_table.name("r1", "cut", "n1")
    assert nft_table.delete(named)[-1] == named
    assert re.fullmatch(nft_table.PATTERN, named)
    for wrong in ("filter", "kube-proxy", "skeptic_1", f"{named}0", f"{named}\n"):
        with pytest.raises(BadInput, match="not the name of a table of ours"):
            nft_table.delete(wrong)


IPTABLES = """*nat
:KUBE-SERVICES - [0:0]
-A PREROUTING -j KUBE-SERVICES
[12:720] -A KUBE-SERVICES -d 10.96.0.1/32 -j KUBE-SVC-A
-A KUBE-SVL-A -j KUBE-SEP-B
COMMIT
*filter
:KUBE-SERVICES - [0:0]
-A INPUT -j KUBE-SERVICES
-A KUBE-SERVICES -d 10.96.0.9/32 -m comment --comment "a/empty:http has no endpoints" -j REJECT
-A KUBE-EXTERNAL-SERVICES -m comment --comment "a/direct:http has no local endpoints" -j DROP
-A KUBE-ROUTER-FORWARD -d 10.244.1.0/24 -j KUBE-POD-FW-X
-A KUBE-POD-FW-X -j KUBE-NWPLCY-Y
COMMIT
"""
NFT = """table ip kube-proxy {
	comment "rules for kube-proxy"
	set nodeport-ips {
		elements = { 172.18.0.2 }
	}
	set hairpin-connections {
		type ipv4_addr . ipv4_addr . inet_proto . inet_service
		elements = { 10.244.1.5 . 10.244.1.5 . tcp . 8080 }
	}
	map no-endpoint-services {
		elements = { 10.96.0.9 . tcp . 80 comment "a/empty:http" : goto reject-chain,
			10.96.0.8 . tcp . 80 comment "a/own:http" : drop }
	}
	map no-endpoint-nodeports {
		elements = { tcp . 30001 comment "a/direct:http" : drop }
	}
	chain local-ABCDEFGH-a/own/tcp/http {
		numgen random mod 1 vmap { 0 : goto endpoint-A }
	}
	chain external-ABCDEFGH-a/own/tcp/http {
		fib saddr type local jump mark-for-masquerade
		goto local-ABCDEFGH-a/own/tcp/http
	}
	chain services {
		ip daddr . meta l4proto . th dport vmap @service-ips
	}
}
"""


def test_rules_of_either_mode_are_compared_without_what_is_local() -> None:
    assert normalised(IPTABLES) == {
        "nat: -A PREROUTING -j KUBE-SERVICES",
        "filter: -A INPUT -j KUBE-SERVICES",
        "-A KUBE-SERVICES -d 10.96.0.1/32 -j KUBE-SVC-A",
        '-A KUBE-SERVICES -d 10.96.0.9/32 -m comment --comment "a/empty:http has no endpoints" -j REJECT',
    }
    rules = normalised(NFT)
    assert 'map no-endpoint-services: 10.96.0.9 . tcp . 80 comment "a/empty:http" : goto reject-chain' in rules
    assert "chain external-ABCDEFGH-a/own/tcp/http: fib saddr type local jump mark-for-masquerade" in rules
    assert not any("local-" in rule or rule.endswith(": drop") for rule in rules)
    assert "chain services: ip daddr . meta l4proto . th dport vmap @service-ips" in rules
    assert not any("172.18.0.2" in rule or "10.244.1.5" in rule for rule in rules)
