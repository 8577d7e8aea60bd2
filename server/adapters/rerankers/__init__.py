"""Models that read a question and a passage together: in a folder, or behind a URL."""
