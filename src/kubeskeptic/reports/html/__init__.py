"""``index.html``: one file that opens from disk, asks no network, and tells the run in the post's order."""
