"""Clusters of tasks: protocol, transport, workers and the master of a session.

Nothing here is imported before a program uses a cluster. zmq is imported by `transport` and
`curve` only, msgpack by `protocol` only; the other modules are plain data and state machines.
"""
