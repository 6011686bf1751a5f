"""Synthetic cohorts with a known hazard."""
