"""What to study: validated settings, and the runs and experiments that follow from them."""
