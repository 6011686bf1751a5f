"""What the mouse does in a view."""
