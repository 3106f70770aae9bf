"""Where the packs of a sweep run: on this machine, on a Ray cluster, in the queue of SLURM."""
