"""Radiomics scores and the classifiers that rest on them (Deep-RadScore)."""
