"""Pure statistics and metrics: arrays in, numbers out; no files, no names."""
