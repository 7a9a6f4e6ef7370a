"""Container images written without an engine: an image is a tar of a few JSON files and layers.

The format is the OCI image layout (opencontainers/image-spec, image-layout.md), which containerd imports as is, plus the
file that `docker load` requires (moby, image/spec/v1.2). Layers are not compressed: they are copied from disk to node on one
machine.
"""

from __future__ import annotations

import hashlib
import io
import json
import platform
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NAME = "io.containerd.image.name"
"""The annotation from which containerd takes the name of an imported image."""
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


@dataclass(frozen=True)
class Layer:
    """A tar of files, with its SHA-256 in hexadecimal and its size in bytes."""

    path: Path
    digest: str
    size: int


@dataclass(frozen=True)
class Start:
    """How a container of an image starts."""

    entrypoint: Sequence[str] = ()
    env: Mapping[str, str] = field(default_factory=dict)


def write_layer(folder: Path, archive: Path) -> Layer:
    """Write a folder's content as a layer, reproducibly: sorted, owned by root, dated 1970."""
    with tarfile.open(archive, "w", format=tarfile.GNU_FORMAT) as tar:
        for path in sorted(folder.rglob("*")):
            tar.add(path, arcname=str(path.relative_to(folder)), recursive=False, filter=_anonymous)
    return read_layer(archive)


def read_layer(archive: Path) -> Layer:
    """Return a layer that was written before."""
    with archive.open("rb") as file:
        return Layer(archive, hashlib.file_digest(file, "sha256").hexdigest(), archive.stat().st_size)


def write_image(
    archive: Path, reference: str, layers: Sequence[Layer], start: Start, *, left_out: Sequence[Layer] = ()
) -> None:
    """Write an image as one archive.

    :param reference: its full name, including the registry
    :param left_out: layers omitted from the archive because every node has their content
    """
    digests = [f"sha256:{layer.digest}" for layer in layers]
    config = _config(start, digests)
    manifest = _blob(
        {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": _descriptor("config", config),
            "layers": [
                {"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": digest, "size": layer.size}
                for digest, layer in zip(digests, layers, strict=True)
            ],
        }
    )
    listed = {**_descriptor("manifest", manifest), "annotations": {NAME: reference}}
    with tarfile.open(archive, "w", format=tarfile.GNU_FORMAT) as tar:
        _add(tar, "oci-layout", json.dumps({"imageLayoutVersion": "1.0.0"}).encode())
        _add(tar, "index.json", json.dumps({"schemaVersion": 2, "manifests": [listed]}).encode())
        _add(tar, "manifest.json", json.dumps([_for_docker(reference, config, layers)]).encode())
        for blob in (config, manifest):
            _add(tar, _place(hashlib.sha256(blob).hexdigest()), blob)
        for layer in layers:
            if layer not in left_out:
                tar.add(layer.path, arcname=_place(layer.digest), filter=_anonymous)


def _config(start: Start, digests: Sequence[str]) -> bytes:
    """Return an image's configuration (OCI image-spec, config.md)."""
    environment = [f"{name}={value}" for name, value in start.env.items()]
    return _blob(
        {
            "architecture": ARCHITECTURES.get(platform.machine(), platform.machine()),
            "os": "linux",
            "config": {"Env": environment, "Entrypoint": list(start.entrypoint)},
            "rootfs": {"type": "layers", "diff_ids": digests},
        }
    )


def _blob(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, sort_keys=True).encode()


def _for_docker(reference: str, config: bytes, layers: Sequence[Layer]) -> dict[str, Any]:
    return {
        "Config": _place(hashlib.sha256(config).hexdigest()),
        "RepoTags": [reference],
        "Layers": [_place(layer.digest) for layer in layers],
    }


def _place(digest: str) -> str:
    return f"blobs/sha256/{digest}"


def _descriptor(kind: str, blob: bytes) -> dict[str, Any]:
    return {
        "mediaType": f"application/vnd.oci.image.{kind}.v1+json",
        "digest": f"sha256:{hashlib.sha256(blob).hexdigest()}",
        "size": len(blob),
    }


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    tar.addfile(entry, io.BytesIO(content))


def _anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mtime = 0
    return entry
