"""kubeskeptic: claims about Kubernetes that you can run."""

__version__ = "0.1.0"
