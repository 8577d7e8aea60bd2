"""Looks for what leaks from one tenant to another: plants words that nobody else may ever see, and asks for them."""
