"""Regions of interest: reading, measuring, editing."""
