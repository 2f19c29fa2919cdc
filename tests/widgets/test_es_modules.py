"""Bundling: what a module needs comes with it, nothing else does, and all stay small."""
from __future__ import annotations

import re
from pathlib import Path

import pytest

from tftutor.widgets import es_modules

STATIC = Path(es_modules.__file__).parent / "static"
SHARED = {"common"}
SCRIPTS = sorted(path.stem for path in STATIC.glob("*.js")
                 if "export default" in path.read_text())


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty static folder; `folder(name=text)` writes modules into it."""
    monkeypatch.setattr(es_modules, "_folder", lambda: tmp_path)
    caches = (es_modules.module_text, es_modules.style_text, es_modules._parse,
              es_modules._declarations)

    def write(**texts):
        for cached in caches:
            cached.cache_clear()
        for name, text in texts.items():
            (tmp_path / f"{name}.js").write_text(text)

    yield write
    for cached in caches:
        cached.cache_clear()


def test_bundle_has_what_is_imported_and_what_that_needs(folder):
    folder(common="export function a() { return b; }\nconst b = 1;\nexport const c = 2;\n",
           w='import {a} from "./common.js";\nexport default {render: a};\n')
    assert es_modules.module_text("w").split("\n") == [
        "function a() { return b; }", "const b = 1;", "", "export default {render: a};", ""]


def test_bundle_follows_imports_of_imported_modules(folder):
    folder(common="export const base = 1;\n",
           plot='import {base} from "./common.js";\nexport const twice = base * 2;\n'
                "export const unused = base;\n",
           w='import {\n  twice,\n} from "./plot.js";\nexport default {twice};\n')
    text = es_modules.module_text("w")
    assert text.index("const base = 1") < text.index("const twice = base * 2")
    assert "unused" not in text and "import" not in text


def test_bundle_leaves_out_lines_of_comment(folder):
    folder(common="// why\n/** what\n * it is */\nexport const a = 1;\n// of b\nconst b = 2;\n",
           w='import {a} from "./common.js";\n// mine\nexport default "//" + a;  // this stays\n')
    assert es_modules.module_text("w") == (
        'const a = 1;\n\nexport default "//" + a;  // this stays\n')


@pytest.mark.parametrize("text, complaint", [
    ('import {a as b} from "./common.js";\n', "import 'a as b' by its own name"),
    ('import {missing} from "./common.js";\n', "common.js has no 'missing'"),
    ('import {a} from "./common.js";\nconst a = 2;\n', "'a' is declared in w.js and in common.js"),
    ('import * as d3 from "https://example.org/d3.js";\n', "can't bundle"),
    ('export {a} from "./common.js";\n', "can't bundle"),
])
def test_module_that_breaks_a_rule_is_refused(folder, text, complaint):
    folder(common="export const a = 1;\n", w=text + "export default a;\n")
    with pytest.raises(es_modules.EsModuleError, match=re.escape(complaint)):
        es_modules.module_text("w")


def test_there_are_widgets_to_check():
    assert SCRIPTS


@pytest.mark.parametrize("name", SCRIPTS)
def test_module_in_one_piece_is_small_and_loads_nothing(name):
    text = es_modules.module_text(name)
    assert len(text.encode()) <= es_modules.LIMIT_BYTES
    assert not re.search(r"^\s*(import|export(?! default))\b", text, re.MULTILINE)
    assert not re.search(r"\bimport\(|https?://(?!www\.w3\.org/)|\beval\(", text)
    assert len(re.findall(r"^export default ", text, re.MULTILINE)) == 1


def test_no_style_is_of_a_kind_that_can_not_stand_inside_another():
    for path in STATIC.glob("*.css"):
        if path.name != "common.css":
            assert not re.search(r"@(?:keyframes|font-face|import|layer)", path.read_text()), path


def test_every_style_of_a_widget_begins_with_a_class_of_ours():
    for path in STATIC.glob("*.css"):
        text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
        text = re.sub(r"@keyframes[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", text)
        for selectors in re.findall(r"(?:^|[{}])\s*([^{}@]+?)\s*\{", text):
            assert all(selector.strip().startswith((".tft-", ".jp-"))
                       for selector in re.split(r",(?![^(]*\))", selectors)), selectors


def test_style_of_a_widget_follows_the_common_one_and_holds_in_the_widget_alone(folder, tmp_path):
    folder()
    (tmp_path / "common.css").write_text(".tft-panel {}\n")
    (tmp_path / "w.css").write_text(".tft-w {}\n")
    assert es_modules.style_text("w") == ".tft-panel {}\n.tft-w-w {\n.tft-w {}\n}\n"
    assert es_modules.style_text("other") == ".tft-panel {}\n"


def test_the_style_of_an_imported_module_comes_along_before_the_widgets_own(folder, tmp_path):
    folder(common="export const a = 1;\n",
           part='import {a} from "./common.js";\nexport const b = a;\n',
           w='import {b} from "./part.js";\nexport default {render: b};\n')
    for name in ("common", "part", "w", "other"):
        (tmp_path / f"{name}.css").write_text(f".{name} {{}}\n")
    assert es_modules.style_text("w") == (
        ".common {}\n.tft-w-w {\n.part {}\n.w {}\n}\n")
