"""``index.html``: a single file that opens from disk, uses no network, and shows the run in the post's order."""
