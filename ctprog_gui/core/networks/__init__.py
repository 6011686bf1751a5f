"""Networks, by name from one registry."""

from ctprog_gui.core.shared.waiting import wait_passively

# This room imports torch.
wait_passively()
