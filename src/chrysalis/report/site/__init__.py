"""The report site: assembled, rendered and checked."""
