"""Kubeconfigs as people have them: several files, some missing, login plug-ins that fail or hang."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kubeskeptic.durations import Patience
from kubeskeptic.errors import BadInput, Unanswered, Untestable
from kubeskeptic.kube import Kube, kubeconfig
from kubeskeptic.kube.kubeconfig import configuration, default_kubeconfig

from .conftest import FakeServer

GOOD = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": "canary"}}


def written(path: Path, **sections: Any) -> Path:
    """A kubeconfig with the sections cluster (its server), user and context (of cluster ``c`` and user ``u``)."""
    config: dict[str, Any] = {"apiVersion": "v1", "kind": "Config"}
    if "cluster" in sections:
        config["clusters"] = [{"name": "c", "cluster": {"server": sections["cluster"]}}]
    if "user" in sections:
        config["users"] = [{"name": "u", "user": sections["user"]}]
    if "context" in sections:
        config["contexts"] = [{"name": sections["context"], "context": {"cluster": "c", "user": "u"}}]
    path.write_text(json.dumps(config))
    return path


def whole(path: Path, server: str = "http://127.0.0.1:9", user: Any = None) -> Path:
    return written(path, cluster=server, user=user or {"token": "canary"}, context="here")


def plugin(folder: Path, script: str) -> dict[str, Any]:
    """A user whose login plug-in is this shell script."""
    path = folder / "login"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return {"exec": {"apiVersion": GOOD["apiVersion"], "command": str(path), "env": [{"name": "WHO", "value": "me"}]}}


# -- which files -------------------------------------------------------------------------------------------------------
def test_missing_files_and_empty_entries_are_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = whole(tmp_path / "a"), whole(tmp_path / "b")
    for text in (f"{tmp_path}/none:{a}", f":{a}", f"{a}:", f"{a}:{tmp_path}/none"):
        monkeypatch.setenv("KUBECONFIG", text)
        assert default_kubeconfig() == a, text
    monkeypatch.setenv("KUBECONFIG", f":{a}:{tmp_path}/none:{b}")
    assert str(default_kubeconfig()) == f"{a}:{b}"


def test_without_the_variable_it_is_the_one_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    for text in ("", ":"):
        monkeypatch.setenv("KUBECONFIG", text)
        assert default_kubeconfig() == Path.home() / ".kube" / "config"


def test_files_that_are_all_missing_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", f"{tmp_path}/x:{tmp_path}/y")
    with pytest.raises(BadInput, match=f"KUBECONFIG names exists: {tmp_path}/x, {tmp_path}/y; name one with --"):
        default_kubeconfig()


def test_files_are_merged_as_kubectl_does(tmp_path: Path) -> None:
    written(tmp_path / "a", context="here")
    written(tmp_path / "b", cluster="http://127.0.0.1:7", user={"token": "canary"})
    whole(tmp_path / "c", server="http://127.0.0.1:8")
    found = configuration(Path(f"{tmp_path}/a:{tmp_path}/b:{tmp_path}/c"), "here")
    assert found.host == "http://127.0.0.1:7", "the first that names it counts"


NONE = "has no context “here”; it has none; name another with --kubeconfig"
LISTED = "is not a kubeconfig: contexts must be a list of entries with a name; name another with --kubeconfig"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", NONE),
        ("clusters: 7\n", NONE),
        ("a: b\n", NONE),
        ("contexts: 7\n", LISTED),
        ("contexts:\n- here\n", LISTED),
        ("contexts:\n- context: {}\n", LISTED),
        ("contexts:\n- name: here\n", "has no usable context “here”: "),
        (
            "a: 1\nb: [\n",
            "is not a kubeconfig: line 3: expected the node content, but found '<stream end>'; name another",
        ),
        ("a: \x00", "is not a kubeconfig: unacceptable character #x0000"),
    ],
)
def test_a_file_of_another_shape_is_one_sentence(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "k").write_text(text)
    with pytest.raises(BadInput) as said:
        configuration(tmp_path / "k", "here")
    assert str(said.value).startswith(f"{tmp_path}/k {says}")
    assert "\n" not in str(said.value)


def test_a_file_that_is_not_text_is_no_kubeconfig(tmp_path: Path) -> None:
    (tmp_path / "k").write_bytes(b"\xff\xfea\x00")
    with pytest.raises(BadInput, match=r"k is not a kubeconfig: 'utf-8' codec .*; name another with --kubeconfig"):
        configuration(tmp_path / "k", "here")


@pytest.mark.parametrize("text", ["plain text", "- a\n- b\n", "7"])
def test_a_file_that_is_no_mapping_is_no_kubeconfig(tmp_path: Path, text: str) -> None:
    (tmp_path / "k").write_text(text)
    for joined in (f"{tmp_path}/k", f"{whole(tmp_path / 'good')}:{tmp_path}/k"):
        with pytest.raises(BadInput, match=f"^{tmp_path}/k is not a kubeconfig; name another with --kubeconfig$"):
            configuration(Path(joined), "here")


def test_a_folder_is_no_kubeconfig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInput, match=f"^{tmp_path} is a folder, not a file"):
        configuration(tmp_path, "here")
    monkeypatch.setenv("KUBECONFIG", str(tmp_path))
    with pytest.raises(
        BadInput, match=f"^KUBECONFIG names {tmp_path}, which is a folder; name files, or a file with --"
    ):
        default_kubeconfig()


def test_only_the_kubeconfig_of_a_cluster_of_ours_comes_of_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBESKEPTIC_STATE", str(tmp_path / "state"))
    for place, told in (("none", False), ("state/clusters/c/kubeconfig", True)):
        with pytest.raises(BadInput, match="no kubeconfig at") as said:
            configuration(tmp_path / place, "here")
        assert ("skeptic up" in str(said.value)) is told


def test_a_file_that_is_not_there_and_a_context_that_is_not(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no kubeconfig at"):
        configuration(tmp_path / "none", "here")
    with pytest.raises(BadInput, match=f"^{tmp_path}/k has no context “there”; it has here$"):
        configuration(whole(tmp_path / "k"), "there")


def test_an_unknown_context_is_answered_with_those_of_all_files(tmp_path: Path) -> None:
    for at in range(14):
        written(tmp_path / f"k{at}", context=f"c{at}")
    joined = os.pathsep.join(str(tmp_path / f"k{at}") for at in range(14))
    names = ", ".join(f"c{at}" for at in range(12))
    with pytest.raises(BadInput, match=f"has no context “there”; it has {names} and 2 more$"):
        configuration(Path(joined), "there")


# -- login plug-ins ----------------------------------------------------------------------------------------------------
def test_a_login_plugin_is_told_what_it_needs_and_its_token_is_used(tmp_path: Path, server: FakeServer) -> None:
    script = f"""echo "$KUBERNETES_EXEC_INFO $WHO" > {tmp_path}/told; echo '{json.dumps(GOOD)}'"""
    path = whole(tmp_path / "k", server.url, plugin(tmp_path, script))
    server.says("GET", "/version", {"minor": "37"})
    kube = Kube(path, "here", tmp_path)
    assert json.loads(kube.get_raw("/version")) == {"minor": "37"}
    info, who = (tmp_path / "told").read_text().strip().rsplit(" ", 1)
    assert (json.loads(info)["kind"], who) == ("ExecCredential", "me")
    assert kube._connection.request_headers()["authorization"] == "Bearer canary"


def test_a_login_plugin_may_hand_over_a_certificate(tmp_path: Path) -> None:
    status = {"clientCertificateData": "CERT", "clientKeyData": "KEY"}
    user = plugin(tmp_path, f"echo '{json.dumps(GOOD | {'status': status})}'")
    written(tmp_path / "k", cluster="https://127.0.0.1:9", user=user, context="here")
    found = configuration(tmp_path / "k", "here")
    assert Path(str(found.cert_file)).read_text() == "CERT"
    assert stat.S_IMODE(Path(str(found.key_file)).stat().st_mode) == 0o600


def test_what_a_login_plugin_handed_over_is_gone_with_the_process(tmp_path: Path) -> None:
    script = f"""import sys
from kubeskeptic.kube.kubeconfig import _kept
path = _kept("KEY")
assert open(path).read() == "KEY" and path.startswith({str(tmp_path)!r})
print(path)
sys.exit(3)"""
    ran = subprocess.run(
        [sys.executable, "-c", script], env=os.environ | {"TMPDIR": str(tmp_path)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (3, "")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (
            "echo 'you are logged out' >&2; exit 3",
            "login` of the kubeconfig ended with status 3: you are logged out; log in",
        ),
        ("exec sleep 60", "did not end within 0.3 s"),
        ("echo hello", "returned no usable credentials"),
        ("echo '{}'", "returned no usable credentials"),
        ("echo '{\"status\": {}}'", "returned no usable credentials"),
    ],
)
def test_a_login_plugin_that_does_not_do_its_work_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, words: str
) -> None:
    monkeypatch.setattr(kubeconfig, "LOGIN", Patience(0.3) if "sleep" in script else Patience(20))
    with pytest.raises(Untestable) as said:
        configuration(whole(tmp_path / "k", user=plugin(tmp_path, script)), "here")
    assert words in str(said.value)
    assert "\n" not in str(said.value)


def test_a_login_plugin_that_is_not_installed_is_said(tmp_path: Path) -> None:
    user = {"exec": {"apiVersion": GOOD["apiVersion"], "command": "no-such-login"}}
    with pytest.raises(Untestable, match="there is no command `no-such-login`"):
        configuration(whole(tmp_path / "k", user=user), "here")


def test_credentials_that_expire_and_cannot_be_renewed_are_no_answer(tmp_path: Path, server: FakeServer) -> None:
    expired = GOOD | {"status": {"token": "canary", "expirationTimestamp": "2020-01-01T00:00:00Z"}}
    script = f"test -e {tmp_path}/once && exit 1; touch {tmp_path}/once; echo '{json.dumps(expired)}'"
    kube = Kube(whole(tmp_path / "k", server.url, plugin(tmp_path, script)), "here", tmp_path)
    with pytest.raises(Unanswered, match="GET /version could not be asked: the login plug-in"):
        kube.get_raw("/version")
