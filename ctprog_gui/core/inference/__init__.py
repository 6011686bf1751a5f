"""From a bundle and a case to a prediction; runs in a process of its own beside the window."""

from ctprog_gui.core.shared.waiting import wait_passively

# This room imports torch.
wait_passively()
