"""The keys of a cluster: which files there are, who may read them, and what they mean.

A directory made by `tftutor keys new DIR` holds one pair of keys for the servers, one for each
role of a caller, and `allowed`: a line for each public key that may connect, with its role.
A secret key lies in a file that only its owner may read, and nobody else may write to any of them,
or they are refused.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tftutor import errors

ROLES = ("worker", "ps", "client", "admin")
# What a caller with a key of this role may do: the roles of the protocol.
PROTOCOL_ROLE = {"worker": "task", "ps": "task", "client": "client", "admin": "admin"}
_LENGTH = 40      # characters of a key in Z85


class KeyFileError(Exception):
    """A file of keys is missing, malformed, or readable by others."""


@dataclass(frozen=True)
class KeyPair:
    """A public key and its secret, in Z85."""

    public: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Keys:
    """What a process needs: its own pair, the servers' public key, and who may call it.

    Args:
      own: the pair with which this process calls others.
      server_public: the key that every server of the cluster must prove to have.
      server: the servers' pair; None in a process that serves nobody.
      allowed: public key of a caller -> role.
    """

    own: KeyPair
    server_public: str
    server: KeyPair | None = None
    allowed: dict[str, str] = field(default_factory=dict)


def load_keys(directory: str | os.PathLike[str], role: str) -> Keys:
    """Read the keys of a process in `role` ("worker", "ps", "client" or "admin").

    Raises: KeyFileError.
    """
    if role not in ROLES:
        raise KeyFileError(f"a role must be one of {', '.join(ROLES)}, but got {role!r}")
    place = Path(directory)
    _demand(place, f"{role}.key")
    _refuse_writable(place)
    _demand(place, "server.pub")
    server_file = place / "server.key"
    server = read_pair(server_file) if server_file.exists() else None
    allowed_file = place / "allowed"
    return Keys(read_pair(place / f"{role}.key"), _read_public(place / "server.pub"), server,
                read_allowed(allowed_file) if allowed_file.exists() else {})


def _demand(place: Path, name: str) -> None:
    """Raises: KeyFileError that tells a directory with some of the keys from one without any."""
    if (place / name).exists():
        return
    others = sorted(path.name for path in place.glob("*.*") if path.suffix in (".key", ".pub"))
    if others:
        raise KeyFileError(f"{place} has no {name}, only {', '.join(others)}; copy it from where "
                           "the cluster's keys were made")
    if place.exists() and not place.is_dir():
        raise KeyFileError(f"{place} must be the directory of the keys, but is a file")
    raise KeyFileError(f"there are no keys in {place}; they are made once for all machines with "
                       f"`tftutor keys new DIR`, and copied to each")


def _refuse_writable(path: Path) -> None:
    """Raises: KeyFileError when others could write a file, or replace those of a directory."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o022 and not (path.is_dir() and mode & stat.S_ISVTX):
        raise KeyFileError(f"{path} must be writable by its owner only, but has mode {mode:04o}; "
                           f"correct it with: chmod go-w {path}")


def configured_keys(*roles: str) -> Keys | None:
    """Read the keys that the environment names: TFTUTOR_KEYS is their directory.

    `roles` are those that fit this process, the best first; the first counts whose key is there.

    Returns: None if TFTUTOR_KEYS is not set: tasks of this machine then talk without keys.
    Raises: PermissionDeniedError for keys that are missing, malformed, or open to others.
    """
    directory = os.environ.get("TFTUTOR_KEYS")
    if not directory:
        return None
    there = [role for role in roles if (Path(directory) / f"{role}.key").exists()]
    try:
        return load_keys(directory, (there or list(roles))[0])
    except KeyFileError as error:
        raise errors.PermissionDeniedError(None, None, f"TFTUTOR_KEYS: {error}") from None


def write_keys(directory: str | os.PathLike[str], make_pair: Callable[[], KeyPair]) -> list[Path]:
    """Write new keys for a cluster into `directory`, which is made; nothing is overwritten.

    Returns: the files. Raises: KeyFileError if one of them is there already, or
    others may write into the directory.
    """
    place = Path(directory)
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise KeyFileError(f"cannot make the directory {place}: {error.strerror}") from None
    _refuse_writable(place)
    files: list[Path] = []
    allowed = ["# role, then the public key of a caller who may connect"]
    for name in ("server", *ROLES):
        pair = make_pair()
        files.append(_write(place / f"{name}.key",
                            f"public {pair.public}\nsecret {pair.secret}\n", 0o600))
        if name == "server":
            files.append(_write(place / "server.pub", f"public {pair.public}\n", 0o644))
        else:
            allowed.append(f"{name} {pair.public}")
    files.append(_write(place / "allowed", "\n".join(allowed) + "\n", 0o644))
    return files


def _write(path: Path, text: str, mode: int) -> Path:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        raise KeyFileError(f"{path} exists already; remove it, or choose another directory, "
                           "if new keys are wanted") from None
    except OSError as error:
        raise KeyFileError(f"cannot write {path}: {error.strerror}") from None
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    return path


def read_pair(path: Path) -> KeyPair:
    """Read a file with a secret key. Raises: KeyFileError."""
    try:
        status = path.stat()
    except OSError as error:
        raise KeyFileError(f"{path}: {error.strerror}; keys are made with: "
                           f"tftutor keys new {path.parent}") from None
    mode = stat.S_IMODE(status.st_mode)
    if mode & 0o077:
        raise KeyFileError(f"{path} must be readable by its owner only (mode 0600), but has "
                           f"{mode:04o}; correct it with: chmod 600 {path}")
    if status.st_uid != os.getuid():
        raise KeyFileError(f"{path} must belong to user {os.getuid()}, "
                           f"but belongs to {status.st_uid}")
    fields = _fields(path)
    return KeyPair(_key(path, fields, "public"), _key(path, fields, "secret"))


def _read_public(path: Path) -> str:
    return _key(path, _fields(path), "public")


def _fields(path: Path) -> dict[str, str]:
    return {words[0]: words[1] for words in _lines(path)}


def _key(path: Path, fields: dict[str, str], name: str) -> str:
    key = fields.get(name, "")
    if len(key) != _LENGTH:
        raise KeyFileError(f"{path} must have a line '{name}' with a key of {_LENGTH} characters")
    return key


def read_allowed(path: Path) -> dict[str, str]:
    """Read who may connect: public key -> role. Raises: KeyFileError."""
    allowed = {}
    for role, key in _lines(path):
        if role not in ROLES or len(key) != _LENGTH:
            raise KeyFileError(f"{path}: a line must be a role ({', '.join(ROLES)}) and a key, "
                               f"but one is {role!r} and {len(key)} characters")
        allowed[key] = role
    return allowed


def _lines(path: Path) -> list[list[str]]:
    try:
        _refuse_writable(path)
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFileError(f"cannot read {path}: {error}") from None
    lines = [line.split() for line in text.splitlines()
             if line.strip() and not line.startswith("#")]
    if any(len(words) != 2 for words in lines):
        raise KeyFileError(f"{path}: a line must have two words")
    return lines
