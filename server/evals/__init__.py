"""Question sets of vector stores, and how answering them went."""
