from kubeskeptic.sabotages.breakages import Flow, kept_flows

LISTED = """\
17 29 src=10.244.1.5 dst=10.96.0.10 sport=41000 dport=53 src=10.244.0.2 dst=10.244.1.5 sport=53 dport=41000
17 119 src=10.244.1.5 dst=10.96.0.10 sport=45678 dport=53 src=10.244.0.3 dst=10.244.1.5 sport=53 dport=45678 [ASSURED]
17 9 src=10.244.1.5 dst=10.96.0.10 sport=41001 dport=53 [UNREPLIED] src=10.244.0.2 dst=10.244.1.5 sport=53 dport=41001
"""


def test_a_flow_is_kept_when_it_has_gone_on_for_a_while() -> None:
    assert kept_flows(LISTED) == [Flow("10.244.1.5", "10.96.0.10", "45678", "53")]
    assert kept_flows("") == []
