"""Faults of node components: kubelet, containerd, kube-proxy and its rules, memory and disk as the kubelet sees them."""
