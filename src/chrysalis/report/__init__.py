"""Figures, generated fragments and the report site."""
