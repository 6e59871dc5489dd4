"""Photographs of butterflies that never lived: drawn from a seed, with the truth about each."""
