"""`/v1/responses`: answers that are told step by step, and kept."""
