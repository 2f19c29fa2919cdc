"""`tf.estimator`: models as functions, trained, evaluated and asked by an Estimator.

`custom.py` is the Estimator itself, `run_config.py` how it runs, `training_run.py` one training,
`train_and_evaluate.py` both together, on one machine or as a task of a cluster. `tf.feature_column`
and the ready-made models that use it are in `columns` and `canned`. Filled on first use.
"""
