"""What the application and the training backend share: no toolkit, no display."""
