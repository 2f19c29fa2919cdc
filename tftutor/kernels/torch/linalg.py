"""Triangular systems on PyTorch, which solves them without a factorisation."""

from __future__ import annotations

import torch

from tftutor.ops.linalg import MatrixTriangularSolve, check_triangle


@MatrixTriangularSolve.kernel("torch")
def matrix_triangular_solve_kernel(matrix, rhs, *, xp, lower, adjoint):
    check_triangle(matrix, rhs, xp)
    triangle = matrix.mH if adjoint else matrix
    return torch.linalg.solve_triangular(triangle, rhs, upper=lower == adjoint)
