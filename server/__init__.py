"""Lectern's server: the OpenAI-compatible API, the portal and the back office."""
