"""From the configuration to a study: its experiments, and the runs that they need."""
