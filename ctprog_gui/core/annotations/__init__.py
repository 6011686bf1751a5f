"""Lengths, angles and regions that a person lays on slices."""
