"""Graphs as plain data, text and SVG.

`drawing(x)` is what `tf.show` displays for a graph, a session, tensors or operations.
"""
