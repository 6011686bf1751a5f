"""Statistics that know nothing of survival: arrays in, numbers with their intervals out."""
