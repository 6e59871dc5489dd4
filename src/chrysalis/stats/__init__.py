"""Pure statistics: arrays in, numbers out; no files and no names of experiments or arms."""
