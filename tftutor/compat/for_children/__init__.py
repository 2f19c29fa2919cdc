"""A directory for the `sys.path` of processes that a program under `tftutor run` starts."""
