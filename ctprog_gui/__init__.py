"""CTProg: survival prognosis from CT, beside the images it came from."""

__version__ = "0.1.0"
