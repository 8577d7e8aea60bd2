"""Models by themselves: what there are, vectors of texts, and texts in the order of their relevance."""
