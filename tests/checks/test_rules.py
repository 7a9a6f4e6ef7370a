from kubeskeptic.checks import same_rules
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Act, ActSpan
from tests.drawn import pod, recording, service

RULES = ["-A KUBE-SERVICES -d 10.96.0.7/32 web -j KUBE-SVC-1", "-A KUBE-SVC-1 -j KUBE-SEP-1"]


def compared(about: str = "web", nodes: tuple[str, ...] = ("n1", "n2", "n3"), **rules: list[str]) -> Finding:
    table = {"n1": RULES, "n2": RULES, "n3": RULES, **rules}
    table = {node: each for node, each in table.items() if each != ["unread"]}
    seen = recording(nodes=nodes, tables={"rules": table}, acts={"act": ActSpan("act", 0, 1, 4)})
    return same_rules(Act(seen, ["act"]), "rules", about)


def test_the_same_rules_in_another_order() -> None:
    found = compared(n2=RULES[::-1])
    assert found.verdict is Verdict.HOLDS, found.why
    assert found.measured["rules"].value == 2


def test_a_rule_too_few_or_too_many_is_named() -> None:
    assert compared(n2=RULES[1:]).verdict is Verdict.VIOLATED
    assert f"n2 lacks “{RULES[0]}”" in compared(n2=RULES[1:]).why
    assert "n3 has “-A KUBE-X”, others do not" in compared(n3=[*RULES, "-A KUBE-X"]).why
    assert compared(n1=RULES[1:], n2=RULES[1:]).measured["rules that differ"].value == 1
    assert compared(n1=RULES, n2=RULES, n3=[]).measured["rules that differ"].value == 2


def test_what_was_not_read_is_inconclusive() -> None:
    assert "the rules of n3 were not read" in compared(n3=["unread"]).why
    assert compared(n3=["unread"]).verdict is Verdict.INCONCLUSIVE
    assert compared(nodes=("n1",), n2=["unread"], n3=["unread"]).verdict is Verdict.INCONCLUSIVE


def test_empty_tables_are_equal_and_prove_nothing() -> None:
    assert "no node has a rule for web" in compared(n1=[], n2=[], n3=[]).why
    assert compared(about="api").verdict is Verdict.INCONCLUSIVE


def test_what_half_of_the_nodes_have_is_not_usual() -> None:
    found = compared(nodes=("n1", "n2"), n2=RULES[1:], n3=["unread"])
    assert found.verdict is Verdict.VIOLATED
    assert (found.measured["rules"].value, found.measured["rules that differ"].value) == (1, 1)
    assert f"n1 has “{RULES[0]}”, others do not" in found.why


def test_a_rule_that_a_node_has_twice_counts_once() -> None:
    found = compared(n1=[*RULES, "-A KUBE-X", "-A KUBE-X"])
    assert found.measured["rules that differ"].value == 1


def test_a_node_that_joined_has_rules_too() -> None:
    seen = recording(
        nodes=("n1", "n2"), joined={"late": 3.0, "later": 5.0}, tables={"rules": {"n1": RULES, "n2": RULES}},
        acts={"act": ActSpan("act", 0, 1, 4)},
    )  # fmt: skip
    found = same_rules(Act(seen, ["act"]), "rules", "web")
    assert (found.verdict, found.why) == (Verdict.INCONCLUSIVE, "the rules of late were not read")


def test_what_differs_is_listed_briefly() -> None:
    assert compared(n2=RULES[1:]).decisive == (f"n2 lacks “{RULES[0]}”",)
    two, three = (compared(n3=[*RULES, *"abc"[:many]]) for many in (2, 3))
    assert ("…" in two.why, "…" in three.why) == (False, True)
    assert "“b”" in three.why
    assert "“c”" not in three.why
    many = compared(n3=[*RULES, *"abcdefghi"])
    assert (many.measured["rules that differ"].value, len(many.decisive)) == (9, 8)


def test_a_table_too_few_or_of_a_node_that_nobody_knows() -> None:
    assert "the rules of n2, n3 were not read" in compared(n2=["unread"], n3=["unread"]).why
    assert "the rules of a second node were not read" in compared(nodes=("n1",), n2=["unread"], n3=["unread"]).why
    found = compared(nodes=("n1", "n2"), n3=["unread"])
    assert (found.verdict, found.nodes, found.window) == (Verdict.HOLDS, ("n1", "n2"), (1, 4))
    assert compared(nodes=("n1",), n3=RULES[1:]).verdict is Verdict.VIOLATED, "it was read, so it counts"


def test_a_service_or_a_pod_without_a_rule_shows_that_not_all_were_read() -> None:
    rules = [
        '-A KUBE-SVC-1 -m comment --comment "ns/web:http" -j KUBE-SEP-1',
        "-A KUBE-SEP-1 --to-destination 10.0.0.1:80",
    ]

    def read(*lines: str) -> Finding:
        seen = recording(
            service(), pod(0.0, "web-1", ip="10.0.0.1"), nodes=("n1", "n2"), tables={"rules": {"n1": lines, "n2": lines}},
            acts={"act": ActSpan("act", 0, 1, 4)},
        )  # fmt: skip
        return same_rules(Act(seen, ["act"]), "rules", "-A")

    assert read(*rules).verdict is Verdict.HOLDS, read(*rules).why
    assert "No rule of web with 10.0.0.1 was read" in read(rules[0], rules[1].replace("0.1:", "0.12:")).why
    assert "No rule of web with /web was read" in read(rules[0].replace("web", "webs"), rules[1]).why
    assert read(rules[0]).verdict is Verdict.INCONCLUSIVE
