"""Ground floor: errors, progress and cancelling, paths to resources."""
