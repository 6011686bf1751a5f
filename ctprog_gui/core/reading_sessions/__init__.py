"""Reading sessions: several readers draw on the same cases, blind and in an order of their own."""
