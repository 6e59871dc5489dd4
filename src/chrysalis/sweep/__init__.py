"""Sweeps: trials of training settings over shared storage, and what they found."""
