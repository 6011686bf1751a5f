"""Patients as rows of a table: reading, encoding, and DeepHit on what the columns say."""
