"""Thousands of requests made from our own OpenAPI document, against a running Lectern (Schemathesis)."""
