"""One rule of a service: which it is, what it becomes, and the words that put it back."""

import pytest

from kubeskeptic.errors import BadInput, MissingRequirement
from kubeskeptic.faults.components.change_service_rule import back, chosen

TO = '-A KUBE-SERVICES -d 10.96.0.7/32 -p tcp -m comment --comment "ns/web:http cluster IP" -m tcp --dport 80 -j KUBE-SVC-1'
FIRST = (
    '-A KUBE-SVC-1 -m comment --comment "ns/web" -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-A'
)
RULES = [
    TO.replace("10.96.0.7", "10.96.0.70"),
    TO.replace("--dport 80", "--dport 8080"),
    TO,
    "-A KUBE-SVC-1 ! -s 10.244.0.0/16 -d 10.96.0.7/32 -p tcp -m tcp --dport 80 -j KUBE-MARK-MASQ",
    FIRST,
    '-A KUBE-SVC-1 -m comment --comment "ns/web" -j KUBE-SEP-B',
]


def test_the_rule_that_leads_to_a_service_is_removed() -> None:
    assert chosen(RULES, "10.96.0.7", 80, 0) == (TO, "")


def test_the_first_endpoint_gets_another_share() -> None:
    old, new = chosen(RULES, "10.96.0.7", 80, 60)
    assert (old, new) == (FIRST, FIRST.replace("0.50000000000", "0.60000000009")), "as iptables prints it"


def test_what_cannot_be_changed_is_refused() -> None:
    with pytest.raises(BadInput, match="no rule leads to"):
        chosen(RULES, "10.96.0.8", 80, 0)
    with pytest.raises(BadInput, match="fewer than two endpoints"):
        chosen([rule for rule in RULES if rule != FIRST], "10.96.0.7", 80, 60)
    with pytest.raises(MissingRequirement, match="does not program iptables"):
        chosen([], "10.96.0.7", 80, 0)


def test_a_removed_rule_is_put_back_once_and_only_while_its_service_is_there() -> None:
    words = back({"old": TO, "new": "", "place": 3})
    assert "-S KUBE-SVC-1 " in words
    assert "! iptables -w 5 -t nat -C KUBE-SERVICES -d 10.96.0.7/32" in words
    assert "-I KUBE-SERVICES 3 -d 10.96.0.7/32" in words
    assert "'ns/web:http cluster IP'" in words


def test_a_changed_rule_is_put_back_only_where_it_is_as_it_was_left() -> None:
    words = back({"old": FIRST, "new": FIRST.replace("0.5", "0.6"), "place": 2})
    assert words.startswith("if iptables -w 5 -t nat -C KUBE-SVC-1 ")
    assert "--probability 0.60000000000" in words.partition("then")[0]
    assert "-R KUBE-SVC-1 2 -m comment --comment ns/web" in words
    assert "--probability 0.50000000000" in words.partition("then")[2]


def test_a_share_that_is_led_astray_is_a_rule_more_which_is_deleted_again() -> None:
    old, new = chosen(RULES, "10.96.0.7", 80, 10, "10.244.1.9:8080")
    assert old == ""
    assert new.startswith("-A KUBE-SVC-1 -p tcp -m statistic --mode random --probability 0.10000000009 -j DNAT ")
    words = back({"old": old, "new": new, "place": 1})
    assert words.startswith("while iptables -w 5 -t nat -C KUBE-SVC-1 -p tcp ")
    assert "do iptables -w 5 -t nat -D KUBE-SVC-1 -p tcp" in words
