"""Kubeconfigs as kubectl reads them: several merged files, and login plug-ins, here with a deadline.

The client library runs a login plug-in without a time limit, only logs its failure, and continues without credentials. Here a
plug-in that fails or hangs raises an error of one sentence.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import yaml
from kubernetes.client.configuration import Configuration
from kubernetes.config import ConfigException, kube_config

from kubeskeptic import paths
from kubeskeptic.durations import LOGIN
from kubeskeptic.errors import BadInput, CommandFailed, MissingRequirement, Untestable
from kubeskeptic.process import run

MALFORMED = (ConfigException, yaml.YAMLError, OSError, KeyError, TypeError, AttributeError, ValueError, IndexError)
"""The errors that the library raises for a kubeconfig of an unexpected shape."""
_SHOWN = 12
"""How many contexts a message names."""


def default_kubeconfig() -> Path:
    """Return what kubectl reads: the existing files in ``KUBECONFIG``, else the one in the home folder.

    Empty entries and missing files are ignored. Several files are returned as one path, joined as in the variable.

    Source: https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/

    :raises BadInput: when no file that the variable names exists, or it names a folder instead
    """
    named = [Path(entry).expanduser() for entry in os.environ.get("KUBECONFIG", "").split(os.pathsep) if entry]
    there = [str(path.resolve()) for path in named if path.is_file()]
    folder = next((path for path in named if path.is_dir()), None)
    if folder and not there:
        raise BadInput(f"KUBECONFIG names {folder}, which is a folder; name files, or a file with --kubeconfig")
    if named and not there:
        raise BadInput(
            f"none of the files that KUBECONFIG names exists: {', '.join(map(str, named))}; name one with --kubeconfig"
        )
    return Path(os.pathsep.join(there)) if there else Path.home() / ".kube" / "config"


def configuration(kubeconfig: Path, context: str) -> Configuration:
    """Return the client's configuration for a context.

    :param kubeconfig: a file, or several joined as in ``KUBECONFIG``
    :raises BadInput: when the file or the context does not exist or cannot be understood
    :raises Untestable: when its login plug-in fails or does not end in time
    """
    there = [one for one in map(Path, str(kubeconfig).split(os.pathsep)) if one.is_file()]
    if not there:
        _refuse(kubeconfig)
    known = dict.fromkeys(name for file in there for name in _contexts(file))
    if context not in known:
        raise BadInput(f"{kubeconfig} has no context “{context}”; it has {_listed(list(known))}")
    configured = Configuration()
    try:
        merge: Any = kube_config.KubeConfigMerger
        loader: Any = _Loader
        loader(merge(str(kubeconfig)).config, active_context=context, config_base_path=None).load_and_set(configured)
    except MALFORMED as unusable:
        said = " ".join(str(unusable).split())
        raise BadInput(
            f"{kubeconfig} has no usable context “{context}”: {said}; correct it, or name another with --context"
        ) from unusable
    return configured


def _refuse(kubeconfig: Path) -> NoReturn:
    """Raise BadInput for a missing kubeconfig; one in our state folder comes with the cluster that `skeptic up` creates."""
    if kubeconfig.is_dir():
        raise BadInput(f"{kubeconfig} is a folder, not a file; name a kubeconfig with --kubeconfig")
    ours = kubeconfig.is_relative_to(paths.state())
    how = "run `skeptic up`, or name another" if ours else "name another"
    raise BadInput(f"no kubeconfig at {kubeconfig}: {how} with --kubeconfig")


def _contexts(file: Path) -> list[str]:
    """Return the names of a file's contexts.

    :raises BadInput: when the file cannot be read, or is not a kubeconfig
    """
    try:
        held = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}; name another with --kubeconfig") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise _no_kubeconfig(file, _mistake(error)) from error
    if held is None:
        return []
    if not isinstance(held, Mapping):
        raise _no_kubeconfig(file)
    contexts = held.get("contexts") or []
    if not isinstance(contexts, list) or not all(isinstance(one, Mapping) and "name" in one for one in contexts):
        raise _no_kubeconfig(file, "contexts must be a list of entries with a name")
    return [str(one["name"]) for one in contexts]


def _no_kubeconfig(file: Path, why: str = "") -> BadInput:
    return BadInput(f"{file} is not a kubeconfig{f': {why}' if why else ''}; name another with --kubeconfig")


def _mistake(error: yaml.YAMLError | UnicodeDecodeError) -> str:
    """Return what is wrong with a file's text, with the line if it is known."""
    mark = getattr(error, "problem_mark", None)
    said = " ".join(str(getattr(error, "problem", None) or error).split())
    return f"line {mark.line + 1}: {said}" if mark else said


def _listed(contexts: list[str]) -> str:
    """Return the names of contexts, of many only the first ones."""
    more = f" and {len(contexts) - _SHOWN} more" if len(contexts) > _SHOWN else ""
    return f"{', '.join(contexts[:_SHOWN])}{more}" if contexts else "none; name another with --kubeconfig"


class _Loader(kube_config.KubeConfigLoader):
    """The library's loader, but running login plug-ins itself, and again when their credentials expire."""

    _user: Any
    _cluster: Any

    def _load_from_exec_plugin(self) -> bool:
        if "exec" not in self._user:
            return False
        asked = self._user["exec"].value
        folder = str(Path(self._user.path).parent) if self._user.path else ""
        status = credentials(asked, self._cluster.value, folder)
        if status.get("token"):
            self.token = f"Bearer {status['token']}"
        else:
            self.cert_file = _kept(status["clientCertificateData"])
            self.key_file = _kept(status["clientKeyData"])
        if status.get("expirationTimestamp"):
            self.expiry = datetime.fromisoformat(status["expirationTimestamp"])
        return True


def credentials(asked: Mapping[str, Any], cluster: Mapping[str, Any], folder: str) -> Mapping[str, Any]:
    """Run a login plug-in and return its credentials: ``token``, or ``clientCertificateData`` and ``clientKeyData``.

    Source: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins

    :param asked: the ``exec`` section of the user
    :raises Untestable: when it is not installed, fails, does not end in time, or returns something else
    """
    command = [str(asked["command"]), *map(str, asked.get("args") or ())]
    spec = {"interactive": False} | ({"cluster": dict(cluster)} if asked.get("provideClusterInfo") else {})
    info = {"apiVersion": asked["apiVersion"], "kind": "ExecCredential", "spec": spec}
    env = os.environ | {one["name"]: one["value"] for one in asked.get("env") or ()}
    env["KUBERNETES_EXEC_INFO"] = json.dumps(info)
    plugin = f"the login plug-in `{command[0]}` of the kubeconfig"
    try:
        said = run(command, patience=LOGIN, stdin="", env=env, cwd=Path(folder) if folder else None)
    except MissingRequirement as missing:
        raise Untestable(f"{plugin} is not installed: {missing}") from missing
    except CommandFailed as failed:
        how = (
            f"did not end within {LOGIN.seconds:g} s" if failed.status is None else f"ended with status {failed.status}"
        )
        words = " ".join(failed.output.split())[-300:]
        raise Untestable(f"{plugin} {how}{f': {words}' if words else ''}; log in with it and run again") from failed
    try:
        status: dict[str, Any] = json.loads(said)["status"]
        if not (status.get("token") or (status["clientCertificateData"] and status["clientKeyData"])):
            raise KeyError("token")
    except (ValueError, KeyError, TypeError) as other:
        raise Untestable(f"{plugin} returned no usable credentials ({other}); log in with it and run again") from other
    return status


def _kept(data: str) -> str:
    """Write a certificate or key to a file that only this user can read, as the TLS library requires; return its path.

    It is needed for each new connection, and removed when this process ends.
    """
    handle, path = tempfile.mkstemp(dir=_login_folder().name)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(data)
    return path


@cache
def _login_folder() -> tempfile.TemporaryDirectory[str]:
    """Return the folder for credentials of login plug-ins, which is removed when this process ends."""
    return tempfile.TemporaryDirectory(prefix="skeptic-login-")
