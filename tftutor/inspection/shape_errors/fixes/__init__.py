"""Fixes: changes that the student may have meant, tried on the real shape functions."""
