"""Radiomic features of a region: shape, first order and texture, on the CT and on its wavelet bands.

Names and definitions are pyradiomics 3.0.1's, which `docs/radiomics.md` holds against IBSI's. Each
feature class has its file: counting matrices by compiled loops, and what is read off them.
"""
