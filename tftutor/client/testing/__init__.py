"""`tf.test`: test cases that know tensors and sessions, gradient checks, clusters for tests.

Loaded when a program first touches `tf.test`: it imports unittest and absl's test case.
"""

from tftutor.client.testing import array_assertions, gradient_checker, local_cluster, test_case

__all__ = ["array_assertions", "gradient_checker", "local_cluster", "test_case"]
