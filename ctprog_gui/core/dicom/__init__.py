"""DICOM (and, through `open_path`, any other image): finding series, checking them, reading them."""
