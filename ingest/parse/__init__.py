"""One reader per format; each yields the events of `ingest.model`."""
