"""Texts of the screen: how they are written in the sources, and whether the translations are whole."""

from __future__ import annotations

import ast
import importlib.util
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from types import ModuleType

import pytest
from PySide6.QtCore import QTranslator

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "resources" / "translations"
ROOMS = ("commands", "state", "services", "charts", "rendering", "views")
SOURCES = sorted(path for room in ROOMS for path in (ROOT / "ctprog_gui" / room).rglob("*.py"))
PLACE = re.compile(r"%n|\{[^}]*\}")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("translations", ROOT / "packaging" / "translations.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _messages(file: Path) -> dict[tuple[str, str], list[str]]:
    """By source and comment, the translations of a file: one, or one a plural form; none if unfinished."""
    found = {}
    for message in ET.parse(file).getroot().iter("message"):
        told = message.find("translation")
        assert told is not None
        forms = [form.text or "" for form in told.iter("numerusform")] or [told.text or ""]
        key = (message.findtext("source") or "", message.findtext("comment") or "")
        found[key] = [] if told.get("type") == "unfinished" else forms
    return found


def _wrong_calls(tree: ast.Module) -> list[str]:
    """Calls that lupdate can't read, and calls of `tr` while a module is loaded."""
    formatted = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    within = [part for node in formatted for part in ast.walk(node) if isinstance(part, ast.Call)]
    wrong = [
        f"line {call.lineno}: {ast.unparse(call.func)} within an f-string, where lupdate does not look"
        for call in within
        if ast.unparse(call.func) in ("tr", "marked")
    ]

    def look(node: ast.AST, inside: bool) -> None:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            literal = bool(node.args) and isinstance(node.args[0], ast.Constant)
            name = node.func.id
            if name in ("tr", "marked") and not literal:
                wrong.append(f"line {node.lineno}: {name} of what is no literal")
            if name in ("tr", "spoken") and not inside:
                wrong.append(f"line {node.lineno}: {name} before the language is known")
            if name == "tr" and any(keyword.arg == "n" for keyword in node.keywords):
                wrong.append(f"line {node.lineno}: tr's n by name, which lupdate passes over")
        if isinstance(node, FUNCTIONS):
            # Defaults and decorators are made outside.
            body = node.body if isinstance(node.body, list) else [node.body]
            for part in body:
                look(part, True)
            for outside in ast.iter_child_nodes(node):
                if outside not in body:
                    look(outside, inside)
            return
        for child in ast.iter_child_nodes(node):
            look(child, inside)

    look(tree, False)
    return wrong


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("def f(x):\n    tr(f'{x} slices')", "no literal"),
        ("def f(x):\n    tr(x)", "no literal"),
        ("def f():\n    g(f\"{tr('Slices')}: 3\")", "f-string"),
        ("TITLE = marked(x)", "no literal"),
        ("TITLE = tr('Slices')", "language"),
        ("class A:\n    title = spoken(TITLE)", "language"),
        ("def f(x=tr('Slices')):\n    pass", "language"),
        ("def f(n):\n    tr('%n slice(s)', n=n)", "by name"),
    ],
)
def test_the_search_for_wrong_calls_finds_them(code: str, told: str) -> None:
    assert any(told in line for line in _wrong_calls(ast.parse(code)))


def test_texts_are_written_so_that_they_are_found() -> None:
    wrong = {str(path): _wrong_calls(ast.parse(path.read_bytes())) for path in SOURCES}
    assert not {path: lines for path, lines in wrong.items() if lines}


# What shows its text on the screen: methods by name, and classes whose first argument is their text.
SETTERS = {"setText", "setToolTip", "setWindowTitle", "setPlaceholderText", "setTitle", "setStatusTip"}
SETTERS |= {"setSuffix", "setPrefix", "setLabel", "setLabelText", "setInformativeText", "setSpecialValueText"}
ADDERS = {
    "addTab",
    "addMenu",
    "addAction",
    "addItem",
    "drawText",
    "tell",
    "told",
    "setHorizontalHeaderLabels",
}
ASKERS = {"getOpenFileName", "getSaveFileName", "getExistingDirectory", "warning", "question", "information"}
WIDGETS = {"QLabel", "QPushButton", "QCheckBox", "QRadioButton", "QGroupBox", "QMenu", "QAction"}
WIDGETS |= {"QTableWidgetItem", "QListWidgetItem"}
SHOWING = SETTERS | ADDERS | ASKERS | WIDGETS
WORD = re.compile(r"[^\W\d_]{3,}")
# The same in every language: abbreviations, endings of files, Qt's names of sides, the hash's name.
SAME = {"Esc", "DICOM", "CSV", "PDF", "PNG", "dcm", "csv", "pdf", "png", "json", "left", "bottom", "ctprog"}
SAME |= {"nbsp", "SHA", "ROI"}


def _raw_texts(tree: ast.AST) -> list[str]:
    """Literals with words that go to the screen past the translations."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in SHOWING:
            for argument in node.args:
                texts = [argument] if isinstance(argument, ast.Constant | ast.JoinedStr) else []
                if isinstance(argument, ast.List | ast.Tuple):
                    texts = [e for e in argument.elts if isinstance(e, ast.Constant | ast.JoinedStr)]
                for text in texts:
                    parts = [text] if isinstance(text, ast.Constant) else text.values
                    words = [p.value for p in parts if isinstance(p, ast.Constant)]
                    told = " ".join(word for word in words if isinstance(word, str))
                    told = re.sub(r"<[^>]*>", " ", told) if "<" in told else told
                    if set(WORD.findall(told)) - SAME:
                        found.append(f"line {node.lineno}: {told!r}")
    return found


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("label.setText('Slices')", 1),
        ("label.setText(f'{n} slices')", 1),
        ("table.setHorizontalHeaderLabels(['Command', tr('Key')])", 1),
        ("label.setText(tr('Slices'))", 0),
        ("label.setText(f'{n} mm')", 0),
        ("label.setObjectName('Slices')", 0),
    ],
)
def test_the_search_for_raw_texts_finds_them(code: str, found: int) -> None:
    assert len(_raw_texts(ast.parse(code))) == found


def test_no_text_goes_to_the_screen_untranslated() -> None:
    shown = [path for path in SOURCES if path.relative_to(ROOT).parts[1] in ("views", "charts", "services")]
    wrong = {str(path.relative_to(ROOT)): _raw_texts(ast.parse(path.read_bytes())) for path in shown}
    assert not {path: lines for path, lines in wrong.items() if lines}


@pytest.mark.parametrize("name", ["en", "zh_CN"])
def test_a_translation_has_the_places_of_its_source(name: str) -> None:
    wrong = []
    for (source, _), forms in _messages(FOLDER / f"ctprog_{name}.ts").items():
        places = sorted(PLACE.findall(source))
        # "1 slice" may do without its number.
        wrong += [
            f for f in forms if sorted(set(PLACE.findall(f)) | ({"%n"} & set(places))) != sorted(set(places))
        ]
    assert not wrong


@pytest.mark.parametrize("name", ["en", "zh_CN"])
def test_every_text_is_translated_and_none_is_stale(name: str, script: ModuleType, tmp_path: Path) -> None:
    """Collected anew from the sources, there are the same texts; and all of them are translated."""
    kept = _messages(FOLDER / f"ctprog_{name}.ts")
    collected = tmp_path / f"ctprog_{name}.ts"
    script.collect(name, collected)
    wanted = set(_messages(collected))
    hint = "run packaging/translations.py, translate what is unfinished, run it again (docs/translating.md)"
    assert not wanted - set(kept), hint
    assert not set(kept) - wanted, hint
    assert not [source for source, forms in kept.items() if not all(forms) or not forms], hint


def test_chinese_stands_where_english_words_do() -> None:
    """A translation that was only copied shows: it has words and no Chinese letter."""
    same = []
    for (source, _), forms in _messages(FOLDER / "ctprog_zh_CN.ts").items():
        if re.search(r"[a-z]{3,} [a-z]{3,}", PLACE.sub("", source)) and not re.search(
            r"[\u4e00-\u9fff]", forms[0]
        ):
            same.append(source)
    assert not same


@pytest.mark.parametrize("name", ["en", "zh_CN"])
def test_what_is_loaded_is_what_was_translated(name: str) -> None:
    translator = QTranslator()
    assert translator.load(str(FOLDER / f"ctprog_{name}.qm"))
    for (source, comment), forms in _messages(FOLDER / f"ctprog_{name}.ts").items():
        number = 2 if "%n" in source else -1
        expected = forms[-1].replace("%n", "2") if forms else ""
        got = translator.translate("", source, comment, number) or ""
        assert got.replace("%n", "2") == expected, "run packaging/translations.py"
