"""Brings the translation files up to date: collects the texts, and compiles what is translated.

    python packaging/translations.py          after texts or their translations changed

Runs Qt's lupdate and lrelease, which come with PySide6. New texts appear in ``resources/translations/*.ts``
as unfinished, texts that are gone leave; then the ``.ts`` become the ``.qm`` that the application loads.
How to translate: docs/translating.md.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import PySide6

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "resources" / "translations"
ROOMS = ("commands", "state", "services", "charts", "rendering", "views")
TARGETS = ("en", "zh_CN")


def declared() -> list[str]:
    """Texts that are data rather than calls: menus, commands, settings, and what radiomics measure."""
    from ctprog_gui.commands.catalogue import COMMANDS, MENUS
    from ctprog_gui.core.radiomics.words import FEATURES, LOOKS
    from ctprog_gui.state.settings import SETTINGS

    texts = [*MENUS]
    for command in COMMANDS:
        texts += [command.menu, command.title, command.words]
    for setting in SETTINGS:
        texts += [setting.title, setting.help, setting.unit, *setting.choices]
    texts += [words for features in FEATURES.values() for words in features.values()]
    texts += LOOKS.values()
    return list(dict.fromkeys(text for text in texts if text))


def collect(target: str, file: Path) -> None:
    """Bring one ``.ts`` up to date with the sources."""
    with tempfile.TemporaryDirectory() as scratch:
        listed = Path(scratch) / "declared.py"
        lines = [f"marked({json.dumps(text, ensure_ascii=False)})" for text in declared()]
        listed.write_text("\n".join(lines) + "\n", encoding="utf-8")
        sources = [ROOT / "ctprog_gui" / "app.py", listed]
        for room in ROOMS:
            sources += sorted((ROOT / "ctprog_gui" / room).rglob("*.py"))
        options = ["-tr-function-alias", "QT_TR_NOOP+=marked", "-silent", "-no-obsolete", "-sort-messages"]
        options += ["-locations", "none", "-source-language", "en", "-target-language", target]
        # English is its own source; only its plurals have to be told.
        options += ["-pluralonly"] if target == "en" else []
        _run("lupdate", *map(str, sources), *options, "-ts", str(file))


def compile_to(file: Path, compiled: Path) -> None:
    """Make the ``.qm`` of a ``.ts``; what is unfinished is left out and stays English."""
    _run("lrelease", "-silent", "-nounfinished", str(file), "-qm", str(compiled))


def _run(tool: str, *arguments: str) -> None:
    program = Path(PySide6.__file__).parent / tool
    done = subprocess.run([str(program), *arguments], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{tool} failed: {done.stderr.strip() or done.stdout.strip()}")


def main() -> None:
    sys.path.insert(0, str(ROOT))
    for target in TARGETS:
        file = FOLDER / f"ctprog_{target}.ts"
        collect(target, file)
        compile_to(file, file.with_suffix(".qm"))


if __name__ == "__main__":
    main()
