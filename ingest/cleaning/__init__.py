"""Cleaning: named steps between a reader and the chunks, each of which can be switched off and tells what it did."""

from ingest.cleaning.steps import ALL_STEPS, STEPS, Cleaning, clean
from ingest.cleaning.tally import Tally

__all__ = ["ALL_STEPS", "STEPS", "Cleaning", "Tally", "clean"]
