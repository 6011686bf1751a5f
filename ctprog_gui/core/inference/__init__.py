"""From a bundle and a case to a prediction; runs in a process of its own beside the window."""
