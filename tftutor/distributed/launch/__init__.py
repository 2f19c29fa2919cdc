"""Starting the tasks of a cluster: processes of this machine, ipyparallel engines, Dask workers.

`tf.cluster.local` starts processes that end with the notebook; `tftutor server` is one such process
in a shell; `TF_CONFIG` says which task a process is where Kubernetes starts it.
"""
