"""Lectern's server: the OpenAI-compatible API, the portal and the back office."""

__version__ = "0.1.0"
