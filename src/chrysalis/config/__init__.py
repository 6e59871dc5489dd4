"""What to study: validated settings, and the runs and chapters that follow from them."""
