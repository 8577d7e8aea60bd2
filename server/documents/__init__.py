"""Files, vector stores and their ingestion."""
