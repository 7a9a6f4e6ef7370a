"""Manifests: plain YAML, applied in the scenario's own namespace."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from kubeskeptic.errors import BadInput
from kubeskeptic.objects import ours

Manifest = dict[str, Any]

IMAGE = "$AGENT_IMAGE"
"""Placeholder for the image of our workload, whose tag changes whenever its sources change."""


def read(path: Path, image: str, images: Mapping[str, str] = MappingProxyType({})) -> list[Manifest]:
    """Return the objects of a manifest, with the image placeholders filled in.

    :param images: images of addons, by placeholder name: ``REDIS_IMAGE`` for ``$REDIS_IMAGE``

    :raises BadInput: when the file is missing, cannot be read or has no objects; for a mistake, naming its line
    """
    text = _text(path)
    try:
        for name, other in {IMAGE: image, **{f"${name}": other for name, other in images.items()}}.items():
            text = text.replace(name, other)
        documents = [document for document in yaml.safe_load_all(text) if document is not None]
    except yaml.YAMLError as error:
        where = getattr(error, "problem_mark", None)
        line = f", line {where.line + 1}" if where else ""
        raise BadInput(f"{path}{line} is not YAML: {getattr(error, 'problem', None) or error}") from error
    if not documents:
        raise BadInput(f"{path} has no objects")
    for number, document in enumerate(documents, 1):
        _understood(path, number, document)
    return documents


def placed(manifest: Manifest, namespace: str, run: str) -> Manifest:
    """Return the manifest placed in a namespace, with the labels that mark it as ours."""
    meta = dict(manifest["metadata"])
    if meta.get("namespace", namespace) != namespace:
        raise BadInput(f"{manifest['kind']} {meta['name']} sets its own namespace; remove that field")
    return manifest | {"metadata": meta | {"namespace": namespace, "labels": {**meta.get("labels", {}), **ours(run)}}}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise BadInput(f"no manifest {path}; a scenario's manifest must have the name of its suite file") from error
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else f"it is not UTF-8 text ({error})"
        raise BadInput(f"{path} cannot be read: {why}") from error


def _understood(path: Path, number: int, document: Any) -> None:
    if not isinstance(document, dict):
        raise BadInput(f"{path}, document {number}: a Kubernetes object is a mapping, not {type(document).__name__}")
    missing = [field for field in ("apiVersion", "kind") if not document.get(field)]
    if not isinstance(document.get("metadata"), dict) or not document["metadata"].get("name"):
        missing.append("metadata.name")
    if missing:
        raise BadInput(f"{path}, document {number} has no {' and no '.join(missing)}")


def replicas(manifest: Manifest, workers: int) -> int:
    """Return how many pods a manifest asks for on this number of workers."""
    match manifest["kind"]:
        case "Pod":
            return 1
        case "DaemonSet":
            return workers
        case "Deployment" | "ReplicaSet" | "StatefulSet":
            return int(manifest["spec"].get("replicas", 1))
        case _:
            return 0
