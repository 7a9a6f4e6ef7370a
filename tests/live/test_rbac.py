"""The rights that `skeptic rbac` prints for a level are enough for what the level allows; one less is said in a sentence.

On a cluster of its own, which stands for somebody else's: reached by a context that does not say so, as a service account
that has just these rights. It takes about six minutes.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from kubeskeptic import clusters
from kubeskeptic.clusters import Cluster
from kubeskeptic.guard import Risk
from kubeskeptic.kube import Kube
from kubeskeptic.paths import checkout

from .command import SKEPTIC, skeptic
from .pages import played, run

pytestmark = pytest.mark.live

NAME = "rbac"
ELSEWHERE = "staging"
ACCOUNTS = "skeptic-rights"
"""Namespace of the service accounts, one for each level by its name."""
RULES = ("suites/kube_proxy/test_rules.py", "-k", "proxy.same-rules or proxy.balances")
KILLED = ("suites/services/test_pod_killed.py", "-m", "quick")
COREDNS = ("suites/services/test_pod_killed.py", "-k", "service.stable and CoreDNS")


@dataclass(frozen=True)
class Theirs:
    """The cluster, its owner's handle and its owner's kubeconfig, in which its context is called otherwise."""

    cluster: Cluster
    owner: Kube
    folder: Path

    def words(self, level: Risk | None = None) -> list[str]:
        """Options for the cluster as its owner, or as the account of a level."""
        told = yaml.safe_load(self.cluster.kubeconfig.read_text())
        told["contexts"][0]["name"] = told["current-context"] = ELSEWHERE
        if level is not None:
            told["users"][0]["user"] = {"token": self._token(level)}
        path = self.folder / ("kubeconfig" if level is None else f"kubeconfig-{level.words}")
        path.write_text(yaml.safe_dump(told))
        return ["--context", ELSEWHERE, f"--kubeconfig={path}"]

    def grant(self, level: Risk) -> None:
        """Give the account of a level the rights that `skeptic rbac` prints, and no others."""
        meta = {"name": level.words, "namespace": ACCOUNTS}
        self.owner.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta})
        printed = skeptic("rbac", level.words, "--service-account", f"{ACCOUNTS}:{level.words}")
        for one in yaml.safe_load_all(printed.stdout):
            self.owner.apply(one)

    def _token(self, level: Risk) -> str:
        path = f"/api/v1/namespaces/{ACCOUNTS}/serviceaccounts/{level.words}/token"
        asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": 3600}}
        return str(json.loads(self.owner.request("POST", path, asked))["status"]["token"])

    def ask(self, level: Risk, reports: Path, *words: str) -> subprocess.CompletedProcess[str]:
        """Run pytest as the account of a level, on a cluster that allows this level."""
        self.allow(level)
        command = [sys.executable, "-m", "pytest", "--reports", str(reports), "-p", "no:cacheprovider", "-rs"]
        command += [*self.words(level), "--agent-image", self.cluster.agent_image, *words]
        return subprocess.run(command, cwd=checkout(), capture_output=True, text=True, timeout=400, check=False)

    def command(self, level: Risk, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `skeptic` as the account of a level, on a cluster that allows this level."""
        self.allow(level)
        asked = [*SKEPTIC, *words, *self.words(level), "--agent-image", self.cluster.agent_image]
        return subprocess.run(asked, cwd=self.folder, capture_output=True, text=True, timeout=400, check=False)

    def allow(self, level: Risk) -> None:
        """Adopt it at a level, as its owner."""
        done = skeptic("adopt", *self.words(), "--risk", level.words, within=120)
        assert done.returncode == 0, done.stderr

    @contextmanager
    def less(self, level: Risk, resource: str, verb: str, namespace: str | None = None) -> Iterator[None]:
        """The account of a level lacks one right until the block ends.

        :param namespace: where it has the right; None for everywhere
        """
        kind, name = "Role" if namespace else "ClusterRole", f"kubeskeptic-{level.words}"
        whole = self.owner.get(kind, name, namespace)["rules"]
        try:
            self.owner.patch(kind, name, namespace, {"rules": without(whole, resource, verb)})
            yield
        finally:
            self.owner.patch(kind, name, namespace, {"rules": whole})


def without(rules: list[dict[str, Any]], resource: str, verb: str) -> list[dict[str, Any]]:
    """The rules without one verb on one resource, which they have; rights on single objects are kept."""
    found = []
    for rule in rules:
        if resource not in rule["resources"] or verb not in rule["verbs"] or rule.get("resourceNames"):
            found.append(rule)
            continue
        found.append(rule | {"resources": [one for one in rule["resources"] if one != resource]})
        found.append(rule | {"resources": [resource], "verbs": [one for one in rule["verbs"] if one != verb]})
    left = [rule for rule in found if rule["resources"] and rule["verbs"]]
    assert left != rules
    return left


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theirs]:
    """The cluster with an account for each level, gone afterwards."""
    try:
        made = skeptic("up", "--name", NAME, "--workers", "1", "--with", "none", within=600)
        assert made.returncode == 0, made.stdout + made.stderr
        found = clusters.find(NAME)
        assert found
        owner = Kube(found.kubeconfig, found.context, tmp_path_factory.mktemp("owner"))
        owner.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": ACCOUNTS}})
        made_by = Theirs(found, owner, tmp_path_factory.mktemp("theirs"))
        for level in Risk:
            made_by.grant(level)
        yield made_by
    finally:
        assert skeptic("down", "--name", NAME, within=120).returncode == 0


def verdicts(reports: Path) -> list[str]:
    """The verdicts of the one run in a folder."""
    (path,) = (one for one in reports.glob("*/result.json") if not one.parent.is_symlink())
    return [one["verdict"] for one in json.loads(path.read_text())["claims"]]


def test_the_page_of_a_cluster_that_is_not_kind(theirs: Theirs, tmp_path: Path) -> None:
    owners = theirs.words()[-1].partition("=")[2]
    cluster = yaml.safe_load(Path(owners).read_text())["clusters"][0]["name"]
    for told, line in played("other-cluster.md", image=theirs.cluster.agent_image, cluster=cluster):
        done = run(line, tmp_path, KUBECONFIG=owners)
        looked = {0, 10} if told.startswith("skeptic status") else {0}  # nodes are not looked into at this level
        assert done.returncode in looked, f"{told}\n{done.stdout}{done.stderr}"
    theirs.grant(Risk.NAMESPACE)  # the page gives this level's rights to an account of its own instead


def test_to_look_is_enough_to_say_that_a_run_needs_more(theirs: Theirs, tmp_path: Path) -> None:
    ran = theirs.ask(Risk.READ_ONLY, tmp_path, *KILLED)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "a run needs risk level own-namespace, but this cluster allows only read-only" in ran.stdout
    looked = theirs.command(Risk.READ_ONLY, "status")
    assert looked.returncode == 10, looked.stdout + looked.stderr
    assert "nothing of ours is seen" in looked.stderr
    assert "forbidden" not in looked.stderr


@pytest.mark.parametrize(
    ("level", "asked"), [(Risk.NAMESPACE, KILLED), (Risk.NODE, RULES), (Risk.CONTROL_PLANE, COREDNS)], ids=str
)
def test_the_rights_of_a_level_are_enough_for_its_claims(
    theirs: Theirs, tmp_path: Path, level: Risk, asked: tuple[str, ...]
) -> None:
    ran = theirs.ask(level, tmp_path, *asked)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    # what a node says of itself, from which some bounds are computed, is not to be had at level own-namespace
    assert "holds" in verdicts(tmp_path)
    assert set(verdicts(tmp_path)) <= {"holds", "skipped"}
    assert level == Risk.NAMESPACE or "skipped" not in verdicts(tmp_path)
    assert "forbidden" not in ran.stdout + ran.stderr


@pytest.mark.parametrize(
    "fault",
    [("stop_coredns",), ("stop_kube_proxy", "node=rbac-worker"), ("stop_component", "component=kube-scheduler")],
    ids=" ".join,
)
def test_the_rights_of_the_control_plane_are_enough_for_its_faults(theirs: Theirs, fault: tuple[str, ...]) -> None:
    done = theirs.command(Risk.CONTROL_PLANE, "inflict", *fault, "--for", "5s")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "healed after" in done.stdout


@pytest.mark.parametrize(
    ("level", "resource", "verb", "asked"),
    [
        (Risk.NAMESPACE, "pods/proxy", "get", KILLED),
        (Risk.NAMESPACE, "daemonsets", "create", KILLED),
        (Risk.NODE, "secrets", "create", RULES),
    ],
    ids=str,
)
def test_one_right_less_is_said_in_a_sentence(
    theirs: Theirs, tmp_path: Path, level: Risk, resource: str, verb: str, asked: tuple[str, ...]
) -> None:
    with theirs.less(level, resource, verb):
        ran = theirs.ask(level, tmp_path, *asked)
    told = ran.stdout + ran.stderr
    assert ran.returncode != 0, told
    plural, _, under = resource.partition("/")
    assert f'cannot {verb} resource "{plural}' in told, told
    assert f"/{under}" in told if under else True
    assert "`skeptic rbac" in told
    assert "Traceback" not in told


def test_one_right_less_of_the_control_plane_is_said_in_a_sentence(theirs: Theirs) -> None:
    with theirs.less(Risk.CONTROL_PLANE, "leases", "get", "kube-system"):
        done = theirs.command(
            Risk.CONTROL_PLANE, "inflict", "stop_component", "component=kube-scheduler", "--for", "5s"
        )
    assert done.returncode not in (0, 21), done.stdout + done.stderr
    assert 'cannot get resource "leases"' in done.stderr
    assert "Traceback" not in done.stderr


def test_one_right_less_to_look_is_said_in_a_sentence(theirs: Theirs) -> None:
    with theirs.less(Risk.READ_ONLY, "nodes", "list"):
        looked = theirs.command(Risk.READ_ONLY, "status")
    assert looked.returncode == 10
    assert 'cannot list resource "nodes"' in looked.stderr
    assert looked.stderr.count("\n") == 1
