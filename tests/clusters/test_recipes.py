from __future__ import annotations

import hashlib
import json
import tarfile
from pathlib import Path

import pytest

from kubeskeptic.clusters.builds import components, roots
from kubeskeptic.clusters.builds.golang import built_name, module_file
from kubeskeptic.clusters.builds.oci import Layer, Start, write_image, write_layer
from kubeskeptic.clusters.debian import Mirror, Packages, address_in, configuration
from kubeskeptic.clusters.steps import Step
from kubeskeptic.errors import BadInput, MissingRequirement
from tests.clusters.fakes import FakeProgram

UPSTREAM = json.dumps(
    {
        "Go": "1.26.0",
        "Replace": [
            {"Old": {"Path": "k8s.io/api"}, "New": {"Path": "./staging/src/k8s.io/api"}},
            {"Old": {"Path": "example.org/fork"}, "New": {"Path": "example.org/other", "Version": "v1.0.0"}},
        ],
    }
)


def test_staging_folders_become_published_modules() -> None:
    text = module_file(components.kubernetes("v1.37.2"), UPSTREAM)
    assert "go 1.26.0\n" in text
    assert "require k8s.io/kubernetes v1.37.2\n" in text
    assert "replace k8s.io/api => k8s.io/api v0.37.2\n" in text
    assert "example.org" not in text


def test_programs_know_their_version() -> None:
    stamps = components.kubernetes("v1.36.3").stamps
    assert stamps["k8s.io/component-base/version.gitVersion"] == "v1.36.3"
    assert stamps["k8s.io/client-go/pkg/version.gitMinor"] == "36"


@pytest.mark.parametrize("version", ["1.37.2", "v1.37", "v2.0.0", "latest", "v1.x.2"])
def test_what_is_no_version_is_refused(version: str) -> None:
    with pytest.raises(BadInput, match=r"use the form v1\.37\.2"):
        components.kubernetes(version)


def test_names_that_go_gives_to_programs() -> None:
    assert built_name("go.etcd.io/etcd/server/v3") == "server"
    assert built_name("k8s.io/kubernetes/cmd/kubelet") == "kubelet"
    assert built_name("example.org/vim") == "vim"


def test_what_kubeadm_names() -> None:
    named = components.named("r.example/etcd:3.7.0-0\nr.example/coredns/coredns:v1.14.6\nr.example:5000/pause:3.10.2\n")
    assert named["coredns"].tag == "v1.14.6"
    assert named["pause"].reference == "r.example:5000/pause:3.10.2"
    assert components.etcd_version(named["etcd"].tag) == "v3.7.0"


def test_what_kubeadm_will_name_is_known_before_it_is_built() -> None:
    source = '\tDefaultEtcdVersion = "3.7.0-0"\n\t// CoreDNSVersion is the version\n\tCoreDNSVersion = "v1.14.6"\n'
    tags = components.named_in(source)
    assert tags == {"coredns": "v1.14.6", "etcd": "3.7.0-0"}
    assert [(build.name, build.version) for build in components.asked_for(tags)] == [
        ("coredns", "v1.14.6"),
        ("etcd", "v3.7.0"),
    ]
    assert components.asked_for(components.named_in("nothing")) == []


# -- images -----------------------------------------------------------------------------------------------------------
@pytest.fixture
def layer(tmp_path: Path) -> Layer:
    (tmp_path / "root/bin").mkdir(parents=True)
    (tmp_path / "root/bin/tool").write_text("tool")
    return write_layer(tmp_path / "root", tmp_path / "layer.tar")


def blobs(archive: Path) -> dict[str, bytes]:
    with tarfile.open(archive) as tar:
        files = {entry.name: tar.extractfile(entry) for entry in tar}
        return {name: file.read() for name, file in files.items() if file}


def test_the_same_content_is_the_same_layer(layer: Layer, tmp_path: Path) -> None:
    (tmp_path / "root/bin/tool").touch()
    assert write_layer(tmp_path / "root", tmp_path / "again.tar").digest == layer.digest
    (tmp_path / "root/bin/tool").write_text("tool 2")
    assert write_layer(tmp_path / "root", tmp_path / "other.tar").digest != layer.digest


def test_an_image_names_what_it_holds(layer: Layer, tmp_path: Path) -> None:
    write_image(tmp_path / "image.tar", "r/name:1", [layer], Start(["/bin/tool"], {"A": "b"}))
    files = blobs(tmp_path / "image.tar")
    (entry,) = json.loads(files["index.json"])["manifests"]
    assert entry["annotations"] == {"io.containerd.image.name": "r/name:1"}
    manifest = json.loads(files[f"blobs/sha256/{entry['digest'].removeprefix('sha256:')}"])
    config = json.loads(files[f"blobs/sha256/{manifest['config']['digest'].removeprefix('sha256:')}"])
    assert config["config"] == {"Env": ["A=b"], "Entrypoint": ["/bin/tool"]}
    assert config["rootfs"]["diff_ids"] == [f"sha256:{layer.digest}"]
    (docker,) = json.loads(files["manifest.json"])
    assert docker["RepoTags"] == ["r/name:1"]
    assert {docker["Config"], *docker["Layers"]} < set(files)
    for name, content in files.items():
        if name.startswith("blobs/"):
            assert name == f"blobs/sha256/{hashlib.sha256(content).hexdigest()}"


def test_a_layer_that_nodes_have_is_named_and_not_sent(layer: Layer, tmp_path: Path) -> None:
    write_image(tmp_path / "image.tar", "r/name:1", [layer], Start(), left_out=[layer])
    files = blobs(tmp_path / "image.tar")
    assert f"blobs/sha256/{layer.digest}" not in files
    assert any(layer.digest.encode() in content for content in files.values())


# -- Debian -----------------------------------------------------------------------------------------------------------
def test_the_mirror_is_the_machines_own_and_not_that_of_security() -> None:
    targets = (
        "Packages|main|b-security|http://m/security/\nDEP-11|main|b|http://m/x/\nPackages|main|b|http://m/debian/\n"
    )
    assert address_in(targets, "b") == "http://m/debian"
    with pytest.raises(MissingRequirement, match="no mirror for Debian c"):
        address_in(targets, "c")


def test_apt_keeps_out_of_the_machines_state(tmp_path: Path) -> None:
    text = configuration(tmp_path)
    for place in ("Dir::State", "Dir::State::status", "Dir::Cache", "Dir::Etc::sourcelist"):
        assert f'{place} "{tmp_path}' in text
    assert 'Dir::Etc::sourceparts "/dev/null"' in text


def test_what_was_downloaded_whole_is_not_downloaded_again(tmp_path: Path) -> None:
    folder = tmp_path / "s/packages"
    folder.mkdir(parents=True)
    (folder / "bread_1.2_amd64.deb").touch()
    packages = Packages(tmp_path, "s", Mirror("http://m", "amd64", "x86_64-linux-gnu"))
    assert packages.fetch(["bread"], step=None) == [folder / "bread_1.2_amd64.deb"]  # type: ignore[arg-type]


def test_the_mirrors_lists_are_read_once_however_many_packages_are_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    apt = FakeProgram(tmp_path / "bin", "apt-get")
    apt.answer("download", "bread", writes="bread_1_amd64.deb")
    apt.answer("download", "salt", writes="salt_1_amd64.deb")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    packages = Packages(tmp_path, "s", Mirror("http://m", "amd64", "x86_64-linux-gnu"))
    step = Step("bread", tmp_path / "log")
    for name in ("bread", "salt", "bread"):
        packages.fetch([name], step)
    assert apt.calls == [["update"], ["download", "bread"], ["download", "salt"]]


@pytest.mark.parametrize("packages", [roots.PROXY_PACKAGES, roots.FIREWALL_PACKAGES])
def test_what_lists_rules_knows_protocols_by_name(packages: tuple[str, ...]) -> None:
    """Packages are unpacked by name, so that nothing brings in what iptables and nftables depend on."""
    assert {"nftables", "netbase"} <= set(packages)


def test_packages_go_through_a_roots_links(tmp_path: Path) -> None:
    root, package = tmp_path / "root", tmp_path / "package"
    (root / "usr/lib").mkdir(parents=True)
    (root / "lib").symlink_to("usr/lib")
    (package / "lib/x").mkdir(parents=True)
    (package / "lib/x/file").write_text("new")
    roots.merge(package, root)
    assert (root / "lib").is_symlink()
    assert (root / "usr/lib/x/file").read_text() == "new"
