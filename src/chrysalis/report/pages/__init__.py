"""Pages of the report, as generated Markdown."""
