"""The record of who asked, read and changed what: append-only, hash-chained and signed."""
