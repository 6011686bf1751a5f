"""The image views of the main window."""
