"""Figures of the report: each function takes tables and returns a figure."""
