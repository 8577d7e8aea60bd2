"""How much callers may ask: rates, quotas, and turns at the engine."""
