"""`tftutor keys new DIR`: the keys of a cluster whose tasks are on several machines."""

from __future__ import annotations

import argparse
import sys


def keys_command(arguments: argparse.Namespace) -> int:
    """Write new keys and say what each file is for."""
    from tftutor.distributed.curve import new_pair
    from tftutor.distributed.keys import KeyFileError, write_keys

    try:
        files = write_keys(arguments.directory, new_pair)
    except KeyFileError as error:
        print(f"tftutor keys: {error}", file=sys.stderr)
        return 1
    print(f"Wrote {len(files)} files to {arguments.directory}:")
    for path in files:
        print(f"  {path.name:<12}{_PURPOSES.get(path.name, f'for a {path.stem} that calls')}")
    print(f"Programs use them where TFTUTOR_KEYS={arguments.directory} is set.")
    print("Copy them to each machine over a safe channel (scp, not mail); a machine needs its own"
          " role's key,\nserver.pub and allowed, and server.key if it runs a server.")
    return 0


_PURPOSES = {
    "server.key": "for every process that runs a server: keep it secret",
    "server.pub": "by which callers know the servers",
    "allowed": "who may connect, and as what",
    "client.key": "for the programs and notebooks that open sessions",
    "admin.key": "for those who may shut servers down",
}
