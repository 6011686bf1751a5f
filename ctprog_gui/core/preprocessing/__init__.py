"""From a CT to what a network sees: recipes that are frozen, hashable and JSON."""
