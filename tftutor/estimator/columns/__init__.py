"""`tf.feature_column`: how raw features become the numbers that a model takes.

A column says what to do with a feature; `input_layer`, `linear_model` and the ready-made estimators
do it. Columns are values: two with the same contents are equal. Filled on first use.
"""
