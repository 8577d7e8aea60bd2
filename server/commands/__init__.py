"""The `lectern` command, one module per verb."""
