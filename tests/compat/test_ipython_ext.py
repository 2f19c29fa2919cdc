"""`%load_ext tftutor`: the alias is installed, errors lose tftutor's frames, unload undoes it."""

import traceback

import pytest

import tftutor
from tftutor.compat import importer, tracebacks


class Shell:
    """What the extension needs of IPython's shell."""

    def __init__(self):
        self.hook = None
        self.shown = []
        self.ast_transformers = []

    def set_custom_exc(self, kinds, handler):
        self.hook = (kinds, handler)

    def showtraceback(self, error, tb_offset=None):
        self.shown.append(error)


@pytest.fixture
def shell():
    shell = Shell()
    tftutor.load_ipython_extension(shell)
    yield shell
    if importer.is_installed():
        tftutor.unload_ipython_extension(shell)


def fail_inside():
    tftutor.gfile.Remove("/nowhere/at/all")


def test_extension_installs_the_alias_and_unloads_it(shell):
    import tensorflow as tf  # noqa: I001

    assert tf.Session is tftutor.Session
    tftutor.unload_ipython_extension(shell)
    assert not importer.is_installed() and shell.hook == ((), None)
    assert shell.ast_transformers == []


def test_extension_shows_errors_without_inner_frames(shell, monkeypatch):
    monkeypatch.delenv(tracebacks.FULL, raising=False)
    kinds, handler = shell.hook
    with pytest.raises(kinds) as caught:
        fail_inside()
    error = caught.value
    handler(shell, type(error), error, error.__traceback__)
    (_, value, tb) = shell.shown[0]
    names = [frame.name for frame in traceback.extract_tb(tb)]
    assert value is error and names[-1] == "fail_inside"


def test_extension_shows_all_frames_when_asked(shell, monkeypatch):
    monkeypatch.setenv(tracebacks.FULL, "1")
    with pytest.raises(Exception, match="No such file") as caught:
        fail_inside()
    error = caught.value
    shell.hook[1](shell, type(error), error, error.__traceback__)
    files = [frame.filename for frame in traceback.extract_tb(shell.shown[0][2])]
    assert files[-1].endswith("file_io.py")


def test_traceback_text_names_how_many_frames_are_hidden():
    with pytest.raises(Exception, match="No such file") as caught:
        fail_inside()
    first, second, *rest = tracebacks.format_for_user(caught.value).splitlines()
    assert "frames inside tftutor are hidden" in first
    assert second == "Traceback (most recent call last):"
    assert not any("file_io.py" in line for line in rest)
    assert rest[-1].endswith("/nowhere/at/all; No such file or directory")


def test_traceback_of_causes_is_shortened_too():
    try:
        try:
            fail_inside()
        except Exception as error:
            raise ValueError("outer") from error
    except ValueError as error:
        text = tracebacks.format_for_user(error)
    assert "direct cause" in text and "file_io.py" not in text


def test_traceback_without_user_frames_is_left_whole():
    error = ValueError("plain")
    assert tracebacks.format_for_user(error) == "ValueError: plain\n"


SHAPE_ERROR = "tftutor.matmul(tftutor.zeros([10, 512, 1]), tftutor.zeros([512, 2]))"


@pytest.fixture
def ipython(monkeypatch):
    """A real shell with the extension; `displayed` are the MIME bundles that it has shown."""
    interactiveshell = pytest.importorskip("IPython.core.interactiveshell")
    real = interactiveshell.InteractiveShell.instance()
    real.displayed = []
    monkeypatch.setattr(real.display_pub, "publish",
                        lambda data, **options: real.displayed.append(data))
    real.push({"tftutor": tftutor})
    tftutor.load_ipython_extension(real)
    yield real
    if importer.is_installed():
        tftutor.unload_ipython_extension(real)
    interactiveshell.InteractiveShell.clear_instance()


def test_shape_error_in_a_cell_is_explained_below_a_short_traceback(ipython, capsys):
    result = ipython.run_cell(SHAPE_ERROR)
    assert isinstance(result.error_in_exec, ValueError)
    printed = capsys.readouterr().out
    assert "Shape must be rank 2" in printed and "shape_inference.py" not in printed
    assert "IPython" not in ipython.displayed[0]["text/html"]
    assert "multiplies two matrices" not in printed
    (page,) = ipython.displayed
    assert "multiplies two matrices" in page["text/plain"]
    assert "shape_inference.py" in page["text/html"].split("Full trace")[1]


def test_other_errors_in_a_cell_have_no_page(ipython, capsys):
    ipython.run_cell("1 / 0")
    assert "ZeroDivisionError" in capsys.readouterr().out and ipython.displayed == []


def test_after_unloading_errors_are_shown_as_ipython_shows_them(ipython, capsys):
    tftutor.unload_ipython_extension(ipython)
    ipython.run_cell(SHAPE_ERROR)
    printed = capsys.readouterr().out
    assert "shape_inference.py" in printed and "multiplies two matrices" in printed
    assert ipython.displayed == []


def test_extension_loaded_twice_explains_once(ipython, capsys):
    tftutor.load_ipython_extension(ipython)
    ipython.run_cell(SHAPE_ERROR)
    assert len(ipython.displayed) == 1


def test_shape_error_behind_the_programs_own_error_is_explained_in_its_note(ipython, capsys):
    ipython.run_cell(f"try:\n    {SHAPE_ERROR}\nexcept ValueError as error:\n"
                     "    raise RuntimeError('no model') from error")
    printed = capsys.readouterr().out
    assert "RuntimeError" in printed and "no model" in printed
    assert "└ [512, 2] float32" in printed and ipython.displayed == []


RUN_TIME_ERROR = (
    "import numpy as np\nimport tensorflow as tf\na = tf.placeholder(tf.float32, name='a')\n"
    "b = tf.placeholder(tf.float32, name='b')\ndef difference(p, q):\n    return p - q",
    "c = difference(a, b)",
    "tf.Session().run(c, {a: np.ones([4, 3]), b: np.ones([4])})")


def test_run_time_error_leads_to_the_cell_that_made_the_operation(ipython, capsys):
    for cell in RUN_TIME_ERROR:
        result = ipython.run_cell(cell, store_history=True)
    assert "Incompatible shapes: [4,3] vs. [4]" in str(result.error_in_exec)
    printed = capsys.readouterr().out
    assert "broadcast together" not in printed  # NumPy's own words for it
    assert "IPython/core" not in printed  # nor what started the cell that made it
    assert "tftutor plan" not in printed
    (page,) = ipython.displayed
    assert "return p - q" in page["text/plain"] and "└ [4] float32" in page["text/plain"]
    assert "cell In[1], line 6" in page["text/plain"]
