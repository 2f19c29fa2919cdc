"""Kernels for PyTorch, under the basename of their op family in `tftutor/ops`."""
