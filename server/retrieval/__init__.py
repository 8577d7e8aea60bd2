"""From questions to the passages that answer them, best first, each with a score that says whether it does."""
