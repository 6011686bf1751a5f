"""Qt's translation files at work: which language, and both Qt's own texts and CTProg's in it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator
from PySide6.QtGui import QGuiApplication

from ctprog_gui.core.shared.places import resources
from ctprog_gui.state.language import speak

# What the setting says, and the names of the files. English has one too: it holds the plurals.
FILES = {"English": "en", "中文": "zh_CN"}
# Fonts with the simplified forms of the letters; the fallback alone may take Japanese ones.
SIMPLIFIED = (
    *("Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC"),
    *("WenQuanYi Zen Hei", "WenQuanYi Micro Hei"),
)
# Of all texts: they are looked up by themselves, whatever class shows them.
CONTEXT = ""


def translate_into(language: str) -> str:
    """Make the running application speak a language; what is shown already stays as it is.

    Parameters
    ----------
    language
        A key of `FILES`, or "system" for the first of the person's languages that there is.

    Returns
    -------
    str
        The name of the language's files, as "zh_CN".
    """
    name = _files_of(language)
    application = QCoreApplication.instance()
    if application is None:
        return name
    for old in application.findChildren(QTranslator, "ctprogTranslator"):
        application.removeTranslator(old)
        old.deleteLater()
    folders = (
        ("ctprog", str(resources() / "translations")),
        ("qtbase", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)),
    )
    for stem, folder in folders:
        translator = QTranslator(application)
        translator.setObjectName("ctprogTranslator")
        # Qt has no file of English: its source is.
        if translator.load(f"{stem}_{name}", folder):
            application.installTranslator(translator)
    if isinstance(application, QGuiApplication):
        font = application.font()
        font.setFamilies([font.families()[0], *(SIMPLIFIED if name == "zh_CN" else ())])
        application.setFont(font)
    speak(_lookup)
    return name


def said_in(language: str, text: str) -> str:
    """A text that was `marked`, in a language that the application need not be speaking.

    `language` is as in `translate_into`.
    """
    translator = QTranslator()
    translator.load(f"ctprog_{_files_of(language)}", str(resources() / "translations"))
    return translator.translate(CONTEXT, text) or text


def system_language(wanted: Sequence[str]) -> str:
    """The first of these languages (as "zh-Hans-CN") that there is; else English.

    Traditional characters are another script: who reads those is not served simplified ones unasked.
    """
    traditional = False
    for tag in wanted:
        parts = tag.replace("_", "-").split("-")
        if parts[0] == "en":
            return "en"
        # Qt ends the tags of "zh-Hant-TW" with a bare "zh".
        traditional |= bool({"Hant", "TW", "HK", "MO"} & set(parts))
        if parts[0] == "zh" and not traditional:
            return "zh_CN"
    return "en"


def _files_of(language: str) -> str:
    return FILES[language] if language in FILES else system_language(QLocale.system().uiLanguages())


def _lookup(text: str, comment: str, n: int) -> str:
    return QCoreApplication.translate(CONTEXT, text, comment, n)
