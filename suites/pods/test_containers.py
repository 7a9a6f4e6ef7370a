"""What do containers share, and what outlives them? A container restarts, a pod is replaced, a node is rebooted.

Given a pod of two containers with a shared volume, another pod on the same node, two pods that mount one PersistentVolumeClaim,
and a pod with its own claim. A file is written to each kind of storage, and looked for later.
"""

from __future__ import annotations

from kubeskeptic import checks
from kubeskeptic.bounds import START
from kubeskeptic.durations import CONTAINERS_BACK, PODS_READY
from kubeskeptic.errors import NotAsked
from kubeskeptic.faults.nodes.cordon_node import CordonNode
from kubeskeptic.faults.nodes.restart_node import RestartNode
from kubeskeptic.faults.pods.delete_pod import DeletePod
from kubeskeptic.findings import all_of
from kubeskeptic.guard.risk import Risk
from kubeskeptic.plugin import Holds, claim
from kubeskeptic.sabotages import volumes
from kubeskeptic.sabotages.volumes import NOTE
from kubeskeptic.scenarios import Scenario, Stage
from kubeskeptic.scenarios.in_pods import ABSENT, answer_on_localhost, bind, content, pod_with, write
from kubeskeptic.timeline import Act
from kubeskeptic.timeline.objects import ip_of, node_of, restarts

disks = Scenario(
    "pods/containers",
    "A container restarts, pods are replaced, and a node is rebooted; files are looked for.",
    quick=("look", "restart"),
)

BOTH = ("first", "second")
"""The containers of the pod `pair`."""
OWN, SCRATCH, DATA = f"/own/{NOTE}", f"/scratch/{NOTE}", f"/data/{NOTE}"
"""A file in a container's own file system, in an emptyDir, and in the volume of a PersistentVolumeClaim."""


@disks.given
def a_file_on_every_disk(stage: Stage) -> None:
    """A file is written to each kind of storage."""
    stage.apply()
    write(stage, "pair", OWN, "own", "first")
    write(stage, "pair", SCRATCH, "scratch", "first")
    write(stage, "keeper", SCRATCH, "scratch")
    write(stage, "keeper", DATA, "data")


@disks.act("look", settled=False)
def containers_look_around(stage: Stage) -> None:
    """Each container tries the pod's address, its ports and its storage; two pods read each other's files."""
    first = pod_with(stage, "pair", "first")
    stage.see(
        "network of a pod",
        first_has_its_address=bind(stage, "pair", ip_of(first), 0, "first"),
        second_has_its_address=bind(stage, "pair", ip_of(first), 0, "second"),
        first_asks_localhost=answer_on_localhost(stage, "pair", 8081, "first"),
        second_asks_localhost=answer_on_localhost(stage, "pair", 8080, "second"),
        port_of_the_other=bind(stage, "pair", "0.0.0.0", 8080, "second"),  # noqa: S104 - in a pod
    )
    stage.see(
        "disks of a pod",
        in_the_common_volume=content(stage, "pair", SCRATCH, "second"),
        on_the_own_disk_of_the_other=content(stage, "pair", OWN, "second"),
    )
    stage.see(
        "disks of another pod",
        on_the_same_node=stage.node_of("other") == node_of(first),
        own_disk=content(stage, "other", OWN),
        emptyDir=content(stage, "other", SCRATCH),
    )
    two_pods_use_one_claim(stage)


def two_pods_use_one_claim(stage: Stage) -> None:
    """Make each of two pods with one claim read what the other one wrote."""
    write(stage, "writer", f"{DATA}-1", "from the writer")
    write(stage, "reader", f"{DATA}-2", "from the reader")
    stage.see(
        "one claim",
        on_the_same_node=stage.node_of("writer") == stage.node_of("reader"),
        the_reader_reads=content(stage, "reader", f"{DATA}-1"),
        the_writer_reads=content(stage, "writer", f"{DATA}-2"),
    )


@disks.act("restart", settled=False)
def a_container_restarts(stage: Stage) -> None:
    """The process of one container of the pair exits and is started again."""
    before = pod_with(stage, "pair", "first")
    path = f"/api/v1/namespaces/{stage.namespace}/pods/{before['metadata']['name']}:8080/proxy/control"
    stage.run.kube.request("POST", path, {"exit": 1})
    stage.wait(lambda: any(restarts(pod) for pod in stage.pods("pair")), CONTAINERS_BACK, "the container to be back")
    after = pod_with(stage, "pair", "first")
    stage.see(
        "after a container's restart",
        same_pod=after["metadata"]["uid"] == before["metadata"]["uid"],
        restarts=restarts(after),
        own_disk=content(stage, "pair", OWN, "first"),
        emptyDir=content(stage, "pair", SCRATCH, "first"),
    )


@disks.act("replaced", settled=False)
def pods_are_replaced(stage: Stage) -> None:
    """The pair and the pod with a claim of its own are deleted, and replaced by new pods."""
    pair, keeper = pod_with(stage, "pair", "first"), pod_with(stage, "keeper")
    with (
        stage.inflict(DeletePod(stage.namespace, pair["metadata"]["name"])),
        stage.inflict(DeletePod(stage.namespace, keeper["metadata"]["name"])),
    ):
        stage.wait(stage.all_ready, PODS_READY, "the replacements to be Ready")
    new_pair, new_keeper = pod_with(stage, "pair", "first"), pod_with(stage, "keeper")
    stage.see(
        "after the pod was replaced",
        another_pod=new_pair["metadata"]["uid"] != pair["metadata"]["uid"],
        on_the_same_node=node_of(new_pair) == node_of(pair),
        emptyDir=content(stage, "pair", SCRATCH, "first"),
    )
    stage.see(
        "claim after the pod was replaced",
        another_pod=new_keeper["metadata"]["uid"] != keeper["metadata"]["uid"],
        claim=content(stage, "keeper", DATA),
    )


@disks.act("reboot", needs=Risk.NODE, settled=False, exclusive="addresses")
def a_node_is_rebooted(stage: Stage) -> None:
    """The node of the pod with a claim of its own is rebooted."""
    write(stage, "keeper", SCRATCH, "scratch")
    before = pod_with(stage, "keeper")
    with stage.inflict(RestartNode(node_of(before))):
        pass
    stage.wait(lambda: stage.running_again("keeper"), CONTAINERS_BACK, "the pod to run again")
    after = pod_with(stage, "keeper")
    seen = {"same_pod": after["metadata"]["uid"] == before["metadata"]["uid"], "restarted": restarts(after) > 0}
    stage.see("claim after a reboot", **seen, claim=content(stage, "keeper", DATA))
    stage.see("emptyDir after a reboot", **seen, emptyDir=content(stage, "keeper", SCRATCH))
    stage.wait(stage.all_ready, CONTAINERS_BACK, "all pods to be Ready again")


@disks.act("cordoned", needs=Risk.NODE, settled=False)
def the_node_of_a_volume_is_cordoned(stage: Stage) -> None:
    """The node with the pod's volume is cordoned for a while, and the pod is deleted meanwhile."""
    volumes = stage.run.kube.list("PersistentVolume")["items"]
    mine = [one for one in volumes if one["spec"].get("claimRef", {}).get("namespace") == stage.namespace]
    if mine and not all(one["spec"].get("nodeAffinity") for one in mine):
        raise NotAsked("the default StorageClass makes volumes that are no node's own disk")
    keeper = pod_with(stage, "keeper")
    with stage.inflict(CordonNode(node_of(keeper))):
        # Not as a fault: the replacement cannot become Ready until the node takes pods again.
        stage.run.kube.delete("Pod", keeper["metadata"]["name"], stage.namespace)
        stage.hold()
    stage.wait(stage.all_ready, PODS_READY, "the pod to run once its node takes pods again")
    stage.see(
        "claim after its node took pods again",
        another_pod=pod_with(stage, "keeper")["metadata"]["uid"] != keeper["metadata"]["uid"],
        on_the_same_node=stage.node_of("keeper") == node_of(keeper),
        claim=content(stage, "keeper", DATA),
    )


@claim("pod.shared-network", act="look")
def test_containers_of_a_pod_share_its_address_and_ports(act: Act, holds: Holds) -> None:
    holds(
        checks.matches(
            act,
            "network of a pod",
            {
                "first has its address": "bound",
                "second has its address": "bound",
                "first asks localhost": "second",
                "second asks localhost": "first",
                "port of the other": "EADDRINUSE",
            },
            of=("pair",),
            parts=BOTH,
        )
    )


@claim("pod.shared-storage", act="look")
def test_containers_of_a_pod_share_what_both_mount(act: Act, holds: Holds) -> None:
    holds(
        checks.matches(
            act,
            "disks of a pod",
            {"in the common volume": "scratch", "on the own disk of the other": ABSENT},
            of=("pair",),
            parts=BOTH,
        )
    )


@claim("volume.ephemeral", case="another pod", act="look", broken_by=("host-path",))
def test_no_other_pod_sees_a_pods_disks(act: Act, holds: Holds) -> None:
    expected = {"on the same node": True, "own disk": ABSENT, "emptyDir": ABSENT}
    holds(checks.matches(act, "disks of another pod", expected, of=("pair", "other")))


@claim("volume.ephemeral", case="container restarted", act="restart", broken_by=("own-disk-is-a-volume",))
def test_a_containers_own_disk_dies_with_it_and_its_pods_does_not(act: Act, holds: Holds) -> None:
    expected = {"same pod": True, "restarts": 1, "own disk": ABSENT, "emptyDir": "scratch"}
    holds(checks.matches(act, "after a container's restart", expected, of=("pair",)))


@claim("volume.ephemeral", case="pod replaced", act="replaced", of="pair", broken_by=("host-path",))
def test_an_empty_dir_dies_with_its_pod(act: Act, holds: Holds) -> None:
    expected = {"another pod": True, "on the same node": True, "emptyDir": ABSENT}
    holds(checks.matches(act, "after the pod was replaced", expected, of=("pair",)))


@claim("volume.ephemeral", case="node rebooted", act="reboot", broken_by=("volumes-in-memory",))
def test_an_empty_dir_on_disk_outlives_its_nodes_reboot(act: Act, holds: Holds) -> None:
    expected = {"same pod": True, "restarted": True, "emptyDir": "scratch"}
    holds(checks.matches(act, "emptyDir after a reboot", expected, of=("keeper",)))


@claim("volume.shared", act="look")
def test_two_pods_of_one_claim_see_each_others_files(act: Act, holds: Holds) -> None:
    expected = {"on the same node": True, "the reader reads": "from the writer", "the writer reads": "from the reader"}
    holds(checks.matches(act, "one claim", expected, of=("writer", "reader")))


@claim("volume.persistent", case="pod replaced", act="replaced", of="keeper")
def test_a_claim_outlives_its_pod(act: Act, holds: Holds) -> None:
    expected = {"another pod": True, "claim": "data"}
    holds(checks.matches(act, "claim after the pod was replaced", expected, of=("keeper",)))


@claim("volume.persistent", case="node rebooted", act="reboot")
def test_a_claim_outlives_its_nodes_reboot(act: Act, holds: Holds) -> None:
    expected = {"same pod": True, "restarted": True, "claim": "data"}
    holds(checks.matches(act, "claim after a reboot", expected, of=("keeper",)))


@claim("volume.persistent", case="node takes no pods", act="cordoned", within=START)
def test_a_pod_cannot_leave_the_node_of_its_volume(act: Act, holds: Holds) -> None:
    waits = checks.stays_pending(act, "keeper", "node affinity")
    expected = {"another pod": True, "on the same node": True, "claim": "data"}
    claim_after = checks.matches(act, "claim after its node took pods again", expected, of=("keeper",))
    holds(all_of([waits, claim_after]))


disks.rewrite(volumes.containers_in_two_pods)
disks.rewrite(volumes.volume_in_one_container)
disks.rewrite(volumes.host_path)
disks.rewrite(volumes.own_disk_is_a_volume)
disks.rewrite(volumes.two_claims)
disks.rewrite(volumes.volumes_in_memory)
