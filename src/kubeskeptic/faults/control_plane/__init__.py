"""Faults of the control plane and of cluster DNS."""
