"""A run becomes a bundle, with its card and what its cohort looks like."""
