"""What the command line says to those who mistype: which word is wrong, and what it may be."""

from __future__ import annotations

import pathlib

import pytest

from tftutor.compat.cli import main
from tftutor.distributed.keys import KeyFileError, load_keys

SPEC = '{"ps": ["127.0.0.1:1"], "worker": ["127.0.0.1:2", "127.0.0.1:3"]}'


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TF_CONFIG", raising=False)
    monkeypatch.delenv("TFTUTOR_KEYS", raising=False)


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What `tftutor server` says before it gives up."""
    assert main(["server", *words]) == 2
    text = capsys.readouterr().err
    assert text.startswith("tftutor server: ") and text.endswith("\n")
    return text.removeprefix("tftutor server: ").removesuffix("\n")


@pytest.mark.parametrize(("words", "text"), [
    ("", "--cluster is missing, and TF_CONFIG isn't set: which tasks does the cluster have?"),
    ("--job ps", "--cluster is missing, and TF_CONFIG isn't set: which tasks does the cluster "
     "have?"),
    ("--cluster SPEC", "--job is missing: which of the cluster's jobs is this task of?"),
    ("--cluster SPEC --job worker", "--task is missing: job 'worker' has several tasks"),
    ("--cluster SPEC --job pss", "the cluster has no job 'pss': its jobs are ps, worker"),
    ("--cluster SPEC --job worker --task 2", "job 'worker' has no task 2: it has 0, 1"),
    ("--cluster nowhere.json --job ps",
     "cannot read the cluster from 'nowhere.json': No such file or directory; it must be a file of "
     "JSON, or JSON itself"),
    ("--cluster . --job ps",
     "cannot read the cluster from '.': Is a directory; it must be a file of JSON, or JSON itself"),
])
def test_what_is_missing_or_wrong_is_said(capsys: pytest.CaptureFixture[str], words: str, text: str
                                          ) -> None:
    assert said(capsys, *(SPEC if word == "SPEC" else word for word in words.split())) == text


@pytest.mark.parametrize(("content", "text"), [
    (b'{"ps": ["a:1"],\n "worker": ["b:1" "c:1"]}',
     "FILE is not JSON: Expecting ',' delimiter in line 2, after ' \"worker\": [\"b:1\" '"),
    (b"{'ps': ['a:1']}", "FILE is not JSON: Expecting property name enclosed in double quotes in "
     "line 1, after '{'; JSON has double quotes"),
    (b"", "FILE is not JSON: Expecting value in line 1, at ''"),
    (b'["a:1"]',
     """a cluster must be {"job": ["host:port", ...], ...}, but FILE is '["a:1"]'"""),
    (b'{"ps": "a:1"}',
     """job 'ps' must have a list ["host:port", ...], or a map from indices to addresses, but """
     "has 'a:1'"),
    (b'{"ps": [2222]}',
     """job 'ps' must have a list ["host:port", ...], or a map from indices to addresses, but """
     "has [2222]"),
    (b'{"ps": ["127.0.0.1"]}',
     'InvalidArgumentError: Could not parse port for local server from "127.0.0.1". '
     "/job:ps/replica:0/task:0: an address must be host:port, but got '127.0.0.1'"),
    (b'{"ps": []}', "job 'ps' has no task 0: it has none"),
    (b"\xff\xfe", "cannot read the cluster from 'FILE': it is no text in UTF-8"),
])
def test_a_file_that_is_no_cluster_is_named(capsys: pytest.CaptureFixture[str],
                                            tmp_path: pathlib.Path, content: bytes, text: str
                                            ) -> None:
    path = tmp_path / "spec.json"
    path.write_bytes(content)
    assert said(capsys, "--cluster", str(path), "--job", "ps").replace(str(path), "FILE") == text


@pytest.mark.parametrize(("config", "text"), [
    ("{'task': 0}", "TF_CONFIG is not JSON: Expecting property name enclosed in double quotes in "
     "line 1, after '{'; JSON has double quotes"),
    ('{"cluster": {"worker": ["a:1"]}, "task": {"type": "evaluator", "index": 0}}',
     "the evaluator is no part of the cluster: it has no server, only a program that reads "
     "checkpoints"),
    ('{"cluster": {"worker": "a:1"}, "task": {"type": "worker"}}',
     """job 'worker' must have a list ["host:port", ...], or a map from indices to addresses, """
     "but has 'a:1'"),
])
def test_a_tf_config_that_is_wrong_is_explained(
        capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, config: str, text: str
        ) -> None:
    monkeypatch.setenv("TF_CONFIG", config)
    assert said(capsys) == text


# -- keys -----------------------------------------------------------------------------------------

def test_keys_are_not_made_where_that_is_impossible(capsys: pytest.CaptureFixture[str],
                                                    tmp_path: pathlib.Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for path, reason in ((file, "File exists"), (file / "keys", "Not a directory")):
        assert main(["keys", "new", str(path)]) == 1
        assert capsys.readouterr().err == (
            f"tftutor keys: cannot make the directory {path}: {reason}\n")


def test_keys_are_not_made_where_others_may_write(capsys: pytest.CaptureFixture[str],
                                                  tmp_path: pathlib.Path) -> None:
    tmp_path.chmod(0o775)
    assert main(["keys", "new", str(tmp_path)]) == 1
    assert capsys.readouterr().err == (
        f"tftutor keys: {tmp_path} must be writable by its owner only, but has mode 0775; correct "
        f"it with: chmod go-w {tmp_path}\n")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["", "allowed", "server.pub"])
def test_keys_that_others_may_replace_are_refused(tmp_path: pathlib.Path, name: str) -> None:
    main(["keys", "new", str(tmp_path / "keys")])
    path = tmp_path / "keys" / name
    path.chmod(0o777)
    with pytest.raises(KeyFileError, match=f"^{path} must be writable by its owner only"):
        load_keys(tmp_path / "keys", "client")


def test_a_directory_in_which_nobody_may_replace_files_of_others_will_do(tmp_path: pathlib.Path
                                                                         ) -> None:
    """Kubernetes mounts secrets so."""
    main(["keys", "new", str(tmp_path / "keys")])
    (tmp_path / "keys").chmod(0o1777)
    assert load_keys(tmp_path / "keys", "client").own.secret


def test_a_file_instead_of_a_directory_is_told(tmp_path: pathlib.Path) -> None:
    main(["keys", "new", str(tmp_path / "keys")])
    with pytest.raises(KeyFileError, match="must be the directory of the keys, but is a file$"):
        load_keys(tmp_path / "keys" / "ps.key", "ps")
