"""Which faults take out a node as a whole: what was asked from there does not count."""

from __future__ import annotations

import sys
from inspect import getsource

import pytest

from kubeskeptic.faults.library import FAULTS
from kubeskeptic.timeline import FaultSpan
from kubeskeptic.timeline.contradictions import contradictions
from kubeskeptic.timeline.faults import OF_WHOLE_NODES
from tests.drawn import recording


@pytest.mark.parametrize(
    ("name", "targets", "said"),
    [
        ("crash_node", ("node/n1",), ""),
        ("crash_node", ("node/n1", "node/n2"), "crash_node cannot have taken out n1 and n2"),
        ("delete_pod", ("pod/a/web", "node/n1"), "delete_pod cannot have taken out n1"),
        ("delete_pod", ("pod/a/node",), ""),
        ("stop_kubelet", ("kubelet/n1", "kubelet/n2"), ""),
    ],
)
def test_only_faults_of_whole_nodes_take_out_a_node(name: str, targets: tuple[str, ...], said: str) -> None:
    found = list(contradictions(recording(faults=[FaultSpan("f", name, "", "act", targets)])))
    assert [said in one for one in found] == ([True] if said else []), found


def test_every_fault_of_a_whole_node_is_known() -> None:
    modules = {name: sys.modules[one.__module__] for name, one in FAULTS.items()}
    assert {name for name, one in modules.items() if 'Target("node",' in getsource(one)} == set(OF_WHOLE_NODES)
