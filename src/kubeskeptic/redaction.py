"""The single filter for everything that is written to files: secrets become ``[redacted]``.

It recognizes secrets by field name (token, password, certificate data …) and by the shape of the value (bearer tokens, JSON
Web Tokens, PEM blocks, long base64 strings after the name of a secret). It also removes the data of every Kubernetes Secret.
"""

from __future__ import annotations

import re
from typing import Any

REDACTED = "[redacted]"

_NAMES = re.compile(
    r"(?i)^(.*[-_.]?(password|passwd|secret|token|api[-_]?key|private[-_]?key|credential|authorization)s?"
    r"|client-(certificate|key)-data|certificate-authority-data)$"
)
_HARMLESS = re.compile(
    r"(?i)^(automountServiceAccountToken|secretName|tokenExpirationSeconds|imagePullSecrets|serviceAccountToken)$"
)
_SHAPES = (
    re.compile(r"-----BEGIN [A-Z ]+-----.*?(-----END [A-Z ]+-----|\Z)", re.DOTALL),
    re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"),
    re.compile(r"(?i)(?<=bearer )[A-Za-z0-9._~+/=-]{8,}"),
    re.compile(r"(?i)(?<=basic )[A-Za-z0-9+/=]{12,}"),
    re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"),
    re.compile(r"\b[a-z0-9]{6}\.[a-z0-9]{16}\b"),
    re.compile(
        r"(?i)(?<![a-z])((?:[a-z0-9]+[-_])*(?:password|passwd|token|secret|api[-_]?key|client-key-data|client-certificate-data|certificate-authority-data))"
        r"(\"?\s*[:=]\s*\"?)(?!\[redacted\])[^\s\",;&]{6,}"
    ),
)


def redact(value: Any) -> Any:
    """Return a copy of ``value`` (text or JSON-like data) with its secrets redacted."""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, dict):
        return _mapping(value)
    if isinstance(value, list | tuple):
        if value and isinstance(value[0], int | float):
            return value  # columns of samples: many numbers
        return [redact(item) for item in value]
    return value


def text(value: str) -> str:
    """Return ``value`` with everything redacted that has the shape of a secret."""
    if len(value) < 8:
        return value
    for shape in _SHAPES:
        value = shape.sub(lambda hit: f"{hit[1]}{hit[2]}{REDACTED}" if hit.re.groups == 2 else REDACTED, value)
    return value


def _mapping(value: dict[str, Any]) -> dict[str, Any]:
    secret = value.get("kind") == "Secret"
    return {key: REDACTED if _is_secret(key, item, secret) else redact(item) for key, item in value.items()}


def _is_secret(key: str, item: Any, of_secret_object: bool) -> bool:
    if of_secret_object and key in {"data", "stringData"}:
        return True
    if item is None or isinstance(item, bool | int | float | dict | list) or not isinstance(key, str):
        return False
    return bool(_NAMES.match(key)) and not _HARMLESS.match(key)
