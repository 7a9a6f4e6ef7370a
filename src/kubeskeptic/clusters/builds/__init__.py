"""What a cluster without an image registry is built from: programs, root file systems, images."""
