"""The training backend: cohorts, networks to fit, tables and bundles. Imports `ctprog_gui.core` only."""

from ctprog_gui.core.shared.waiting import wait_passively

# This room imports torch.
wait_passively()
