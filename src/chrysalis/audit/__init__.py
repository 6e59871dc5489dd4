"""Whether the images can be trusted: their vectors, near duplicates, doubtful labels, odd files."""
