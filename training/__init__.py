"""The training backend: cohorts, networks to fit, tables and bundles. Imports `ctprog_gui.core` only."""
