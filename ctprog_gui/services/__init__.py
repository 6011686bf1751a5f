"""What runs beside the window: tasks, the inference process, notices."""
