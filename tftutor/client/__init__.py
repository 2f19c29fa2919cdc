"""What a program holds to run a graph: sessions, fetches, feeds, and `tf.test`."""

from tftutor.framework.api import lazy_namespace

lazy_namespace("test", "tftutor.client.testing")
lazy_namespace("config", "tftutor.client.device_config")
