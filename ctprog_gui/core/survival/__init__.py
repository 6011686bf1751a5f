"""Survival statistics on numpy arrays."""
