"""Many streams at once through Lectern, against the same streams read directly."""
