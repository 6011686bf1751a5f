"""Cohort tables: their columns, reading and checking them."""
