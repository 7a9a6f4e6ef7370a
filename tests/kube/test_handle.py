from __future__ import annotations

from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from kubeskeptic.errors import BadInput, ClusterError, Conflict, Forbidden, Gone, NotFound, Unanswered
from kubeskeptic.kube import Kube

from .conftest import FakeServer, kubeconfig

POD = "/api/v1/namespaces/shop/pods/web-0"


def test_reads_raw_json_with_fields_nobody_knows(kube: Kube, server: FakeServer) -> None:
    server.says("GET", POD, {"kind": "Pod", "spec": {"newerThanTheClient": {"a": [1]}}})
    assert kube.get("Pod", "web-0", "shop")["spec"]["newerThanTheClient"] == {"a": [1]}


def test_list_puts_the_kind_back_and_keeps_the_version(kube: Kube, server: FakeServer) -> None:
    server.says("GET", "/apis/apps/v1/deployments", {"metadata": {"resourceVersion": "7"}, "items": [{"metadata": {}}]})
    listed = kube.list("Deployment", labels="app=web", fields="metadata.name=web")
    assert listed["metadata"]["resourceVersion"] == "7"
    assert listed["items"] == [{"metadata": {}, "kind": "Deployment", "apiVersion": "apps/v1"}]
    assert server.asked[0]["query"] == {"labelSelector": "app=web", "fieldSelector": "metadata.name=web"}


def test_applies_on_the_server_and_takes_ownership(kube: Kube, server: FakeServer) -> None:
    server.says("PATCH", POD, {})
    kube.apply({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web-0", "namespace": "shop"}})
    assert server.asked[0]["query"] == {"fieldManager": "kubeskeptic", "force": "true"}
    assert server.asked[0]["content"] == "application/apply-patch+yaml"


@pytest.mark.parametrize(
    ("how", "patch", "content"),
    [
        ("merge", {"spec": {"replicas": 0}}, "application/merge-patch+json"),
        ("json", [{"op": "remove", "path": "/x"}], "application/json-patch+json"),
        ("strategic", {"spec": {}}, "application/strategic-merge-patch+json"),
    ],
)
def test_patches_each_way(kube: Kube, server: FakeServer, how: str, patch: object, content: str) -> None:
    server.says("PATCH", f"{POD}/status", {})
    kube.patch("Pod", "web-0", "shop", patch, how=how, subresource="status")
    assert (server.asked[0]["content"], server.asked[0]["body"]) == (content, patch)


def test_deletes_only_the_object_that_is_meant(kube: Kube, server: FakeServer) -> None:
    server.says("DELETE", POD, {})
    kube.delete("Pod", "web-0", "shop", grace=0, uid="u1")
    body = server.asked[0]["body"]
    assert (body["gracePeriodSeconds"], body["preconditions"]) == (0, {"uid": "u1"})


def test_evicts(kube: Kube, server: FakeServer) -> None:
    server.says("POST", f"{POD}/eviction", {"message": "Cannot evict pod"}, status=429)
    with pytest.raises(ClusterError, match="Cannot evict pod") as refused:
        kube.evict("web-0", "shop")
    assert refused.value.status == 429


def test_a_refusal_says_its_causes_where_the_message_does_not(kube: Kube, server: FakeServer) -> None:
    causes = [
        {"reason": "DisruptionBudget", "message": "The disruption budget web needs 2 healthy pods"},
        {"message": "no"},
    ]
    said = {"message": "Cannot evict pod, no.", "details": {"causes": causes}}
    server.says("POST", f"{POD}/eviction", said, status=429)
    with pytest.raises(ClusterError) as refused:
        kube.evict("web-0", "shop")
    words = "Cannot evict pod, no. The disruption budget web needs 2 healthy pods (status 429)"
    assert str(refused.value).endswith(words)


def test_a_name_that_is_empty_is_no_name(kube: Kube) -> None:
    with pytest.raises(BadInput, match="the name is empty; name one of the nodes"):
        kube.get("Node", "")


@pytest.mark.parametrize(("status", "error"), [(404, NotFound), (409, Conflict), (410, Gone), (403, Forbidden)])
def test_a_refusal_says_the_servers_words(
    kube: Kube, server: FakeServer, status: int, error: type[ClusterError]
) -> None:
    server.says("GET", POD, {"kind": "Status", "message": "because of reasons"}, status=status)
    with pytest.raises(error, match="because of reasons"):
        kube.get("Pod", "web-0", "shop")


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ('secrets is forbidden: User "a" cannot create resource "secrets" in API group "" in the namespace "x"', True),
        ('pods "web-0" is forbidden: exceeded quota: few', False),
    ],
)
def test_a_missing_right_is_told_with_what_prints_the_rights(
    kube: Kube, server: FakeServer, message: str, told: bool
) -> None:
    server.says("GET", POD, {"kind": "Status", "message": message}, status=403)
    with pytest.raises(ClusterError) as refused:
        kube.get("Pod", "web-0", "shop")
    assert ("`skeptic rbac LEVEL` prints" in str(refused.value)) == told


def test_nothing_is_retried(kube: Kube, server: FakeServer) -> None:
    def hang_up(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True

    server.answers["GET", POD] = hang_up
    with pytest.raises(Unanswered):
        kube.get("Pod", "web-0", "shop")
    assert len(server.asked) == 1


def test_nobody_there_is_unanswered(tmp_path: Path) -> None:
    kube = Kube(kubeconfig(tmp_path, "http://127.0.0.1:9"), "here", tmp_path)
    with pytest.raises(Unanswered, match=r"127\.0\.0\.1:9"):
        kube.get("Pod", "web-0", "shop")
    assert not kube.healthy()


def test_how_long_a_server_has_been_silent(kube: Kube, server: FakeServer) -> None:
    def hang_up(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True

    looks = [kube.silent_for]
    for _ in range(2):
        server.answers["GET", POD] = hang_up
        with pytest.raises(Unanswered):
            kube.get("Pod", "web-0", "shop")
        looks.append(kube.silent_for)
    assert 0.0 == looks[0] < looks[1] < looks[2], "since the first that it did not answer"
    server.says("GET", POD, {"kind": "Status", "message": "no"}, status=404)
    with pytest.raises(NotFound):
        kube.get("Pod", "web-0", "shop")
    assert kube.silent_for == 0.0, "a refusal is an answer"


def test_a_connection_that_broke_is_told_in_one_line(server: FakeServer, tmp_path: Path) -> None:
    kube = Kube(kubeconfig(tmp_path, server.url.replace("http:", "https:")), "here", tmp_path)
    with pytest.raises(Unanswered) as broken:
        kube.get("Pod", "web-0", "shop")
    assert "\n" not in str(broken.value)
    assert "did not answer GET /api/v1/namespaces/shop/pods/web-0: SSLError [SSL" in str(broken.value)


def test_a_kind_that_is_not_built_in_is_asked_for_once(kube: Kube, server: FakeServer) -> None:
    server.says("GET", "/apis", {"groups": [{"preferredVersion": {"groupVersion": "x.io/v2"}}]})
    found = [{"kind": "Thing", "name": "things/status", "namespaced": True}]
    found.append({"kind": "Thing", "name": "things", "namespaced": True})
    server.says("GET", "/apis/x.io/v2", {"resources": found})
    server.says("GET", "/apis/x.io/v2/namespaces/shop/things/a", {"kind": "Thing"})
    assert kube.get("Thing", "a", "shop") == kube.get("Thing", "a", "shop") == {"kind": "Thing"}
    assert [asked["path"] for asked in server.asked].count("/apis") == 1
    with pytest.raises(BadInput, match="Thnig"):
        kube.get("Thnig", "a", "shop")


def test_asks_for_a_namespace_where_one_is_needed(kube: Kube) -> None:
    with pytest.raises(BadInput, match="needs a namespace"):
        kube.get("Pod", "web-0")


def test_missing_kubeconfig_and_context_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="name another with --kubeconfig"):
        Kube(tmp_path / "none", "here", tmp_path)
    with pytest.raises(BadInput, match="has no context “there”; it has here"):
        Kube(kubeconfig(tmp_path, "http://127.0.0.1:9"), "there", tmp_path)


def test_ready_means_ok(kube: Kube, server: FakeServer) -> None:
    server.says("GET", "/readyz", b"ok")
    assert kube.healthy()
    server.says("GET", "/readyz", b"etcd failed", status=500)
    assert not kube.healthy()


def test_logs_are_text(kube: Kube, server: FakeServer) -> None:
    server.says("GET", f"{POD}/log", "grüß".encode())
    assert kube.logs("shop", "web-0", "main", previous=True, tail=3) == "grüß"
    assert server.asked[0]["query"] == {"container": "main", "previous": "true", "tailLines": "3"}


@pytest.mark.parametrize(("status", "answers"), [(200, True), (403, True), (429, True), (500, False), (504, False)])
def test_an_api_server_that_refuses_is_reachable(kube: Kube, server: FakeServer, status: int, answers: bool) -> None:
    server.says("GET", "/api/v1/namespaces/kube-system", {"message": "no"}, status=status)
    assert (kube.unreachable() == "") == answers


def test_one_that_does_not_answer_is_not(kube: Kube, server: FakeServer) -> None:
    server.stop()
    assert kube.unreachable()
