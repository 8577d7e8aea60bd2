"""Sealing of files, text and keys."""
