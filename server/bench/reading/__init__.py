"""Reading beside its peers: the same files, the same clock, the same score."""
