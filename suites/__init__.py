"""The suites: a folder for each chapter of the post, a file for each scenario."""
