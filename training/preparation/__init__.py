"""A cohort's cases made ready once: what is kept under which name, and who does the work."""
