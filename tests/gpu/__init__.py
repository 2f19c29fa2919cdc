"""Tests on real GPUs; what needs none of their speed also runs on GPUs that are played."""
