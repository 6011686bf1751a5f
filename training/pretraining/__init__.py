"""What encoders learn before any survival is seen."""
