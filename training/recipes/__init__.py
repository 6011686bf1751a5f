"""One readable script a system: setup, main, fit, validate."""
