"""The parts from which a cluster is built without an image registry: programs, root file systems, images."""
