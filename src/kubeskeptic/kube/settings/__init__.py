"""The settings in force in a cluster, read live. All bounds are computed from them.

===============  ========================================================================================
``reading``      all settings: what was read, and why the rest was not
``per_node``     settings with a value for each node
``controllers``  arguments and version of the leading kube-controller-manager
``kubelets``     /configz of every kubelet
``proxies``      /configz of the kube-proxy that runs on each node
``dns``          the live Corefile
===============  ========================================================================================
"""

from kubeskeptic.kube.settings.dns import cluster_domain
from kubeskeptic.kube.settings.kubelets import versions as kubelet_versions
from kubeskeptic.kube.settings.reading import read_settings

__all__ = ["cluster_domain", "kubelet_versions", "read_settings"]
