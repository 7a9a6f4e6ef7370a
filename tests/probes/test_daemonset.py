from __future__ import annotations

from kubeskeptic.probes.deployment import manifests


def test_an_agent_stays_on_its_node_whatever_is_wrong_with_it() -> None:
    namespace, daemonset = manifests("localhost/agent:1", "skeptic-x-agents", "x")
    pod = daemonset["spec"]["template"]["spec"]
    assert pod["tolerations"] == [{"operator": "Exists"}]
    assert "limits" not in pod["containers"][0]["resources"]
    assert namespace["metadata"]["name"] == daemonset["metadata"]["namespace"] == "skeptic-x-agents"


def test_everything_carries_our_labels() -> None:
    labels = {"app.kubernetes.io/managed-by": "kubeskeptic", "kubeskeptic/run": "x"}
    namespace, daemonset = manifests("localhost/agent:1", "skeptic-x-agents", "x")
    for thing in (namespace, daemonset, daemonset["spec"]["template"]):
        assert labels.items() <= thing["metadata"]["labels"].items()


def test_an_agent_knows_where_it_is() -> None:
    pod = manifests("i", "n", "x")[1]["spec"]["template"]["spec"]
    names = {one["name"] for one in pod["containers"][0]["env"]}
    assert names == {"NODE_NAME", "POD_NAME", "POD_NAMESPACE", "POD_UID", "POD_IP", "NODE_IP"}
