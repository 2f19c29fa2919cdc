"""Kernels for CuPy, under the basename of their op family in `tftutor/ops`."""
