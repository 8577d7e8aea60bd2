"""How fast the portal is in a browser."""
