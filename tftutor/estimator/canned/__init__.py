"""Ready-made estimators: linear models and networks of dense layers, to classify and to estimate.

A model's logits are in `linear.py` and `dnn.py`; what is made of logits - predictions, loss,
metrics, training - in the heads. Filled on first use.
"""
