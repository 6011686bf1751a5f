"""What the application knows, observable, without a toolkit."""
