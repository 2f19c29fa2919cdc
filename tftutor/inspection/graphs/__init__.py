"""Graphs as plain data, text and SVG.

`drawing(x)` is what `tf.show` displays for a graph, a session, tensors or operations.
"""

from tftutor.inspection.graphs.engine import LayoutUnavailable
from tftutor.inspection.graphs.graph_drawing import GraphDrawing, drawing
from tftutor.inspection.graphs.model import GraphModel, GraphNode, TensorInfo
from tftutor.inspection.graphs.read_graph import graph_model
from tftutor.inspection.graphs.view import View

__all__ = ["GraphDrawing", "GraphModel", "GraphNode", "LayoutUnavailable", "TensorInfo", "View",
           "drawing", "graph_model"]
