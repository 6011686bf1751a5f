"""Networks, by name from one registry."""
