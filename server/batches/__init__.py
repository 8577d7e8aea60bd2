"""Batches: files of requests that are answered when there is time (https://platform.openai.com/docs/guides/batch)."""
