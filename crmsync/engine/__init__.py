"""The engine: sync, stages, checkpoints, the run report."""
