"""What `lectern eval` does: measures retrieval on a question set, in a scratch index."""
