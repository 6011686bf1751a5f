"""The loop that every system is fitted by, its state on disk, and its processes."""
