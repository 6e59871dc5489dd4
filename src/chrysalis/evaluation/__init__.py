"""Metrics, effects, intervals and the verdicts worded from them."""
