"""`/v1/search`: one question to everything that has a name or a text."""
