"""Kernels for any library that follows the array API; NumPy has its own."""
