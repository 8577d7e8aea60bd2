"""Lectern's reading library: bytes in, indexed chunks out.

It knows no HTTP, no user and no job queue; what it needs from outside stands in `ingest.ports`.
"""
