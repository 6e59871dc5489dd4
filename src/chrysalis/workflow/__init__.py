"""What the Snakefile and the scripts need: the code of a job, locks, the command line."""
