"""Pictures of each layout, in each theme and language, for docs/screens.

    python packaging/screens.py [FOLDER]

Opens the synthetic case in the application itself, scores it with the shipped bundles, and lays it out as
a person would. A theme and a language hold from a start on, so each pair has a process of its own. Needs a
display; ``packaging/screenshot.sh`` brings one.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

ROOT = Path(__file__).resolve().parents[1]
# Theme, language, and which pictures are taken in them; an empty tuple means all.
TAKES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("dark", "English", ()),
    ("light", "English", ()),
    ("dark", "中文", ("one-and-three", "measures")),
    ("light", "中文", ("four",)),
)
_SUFFIXES = {"English": "", "中文": "-zh"}
SIZE = QSize(1600, 1000)
SHOWN_WIDTH = 1120
LIMIT_S = 600


def take(folder: Path, theme: str, language: str, wanted: tuple[str, ...]) -> None:
    """Write the pictures of one theme and language."""
    from ctprog_gui.app import make_application, make_window

    make_application()
    window = make_window()
    window.resize(SIZE)
    window.show()
    window.inference.list_bundles()
    window.open_demo()
    _wait(lambda: bool(window.session.prognosis.predictions) and not window.session.prognosis.running)
    for name, lay_out in _layouts(window).items():
        lay_out()
        if not wanted or name in wanted:
            _settle()
            _save(window, folder / f"{name}-{theme}{_SUFFIXES[language]}.png")
    window.close()


def _layouts(window: object) -> dict[str, Callable[[], None]]:
    """What is done before each picture; each goes on from the one before."""
    from ctprog_gui.core.annotations.annotation import Kind
    from ctprog_gui.core.imaging.planes import Plane
    from ctprog_gui.core.imaging.slab import Projection, Slab
    from ctprog_gui.core.imaging.windows import PRESETS
    from ctprog_gui.core.phantom.case import CaseParameters, make_case
    from ctprog_gui.state.study import Study
    from ctprog_gui.state.viewports import Layout
    from ctprog_gui.views.main_window import MainWindow

    assert isinstance(window, MainWindow)
    session, viewports = window.session, window.session.viewports

    def one_and_three() -> None:
        session.go_to_roi()

    def four() -> None:
        viewports.layout = Layout.FOUR
        viewports.window = PRESETS["Lung"]

    def measures() -> None:
        viewports.maximised = Plane.AXIAL.value
        look = session.prognosis.saliency_look
        session.prognosis.saliency_look = replace(look, visible=False)
        stack = viewports.stack(Plane.AXIAL)
        assert stack is not None
        centre = viewports.crosshair_mm
        right, up, normal = stack.right_lps, stack.up_lps, stack.towards_viewer_lps
        drawn = (
            (Kind.BIDIRECTIONAL, [centre - 20 * right - 6 * up, centre + 20 * right + 6 * up]),
            (Kind.ELLIPSE, [centre + 60 * right - 72 * up, centre + 85 * right - 52 * up]),
            (Kind.LENGTH, [centre - 45 * right + 70 * up, centre + 15 * right + 85 * up]),
        )
        for kind, points in drawn:
            session.annotations.begin(kind, stack, points[0], right, normal)
            session.annotations.draw(points[1], at=1)
            session.annotations.finish()

    def oblique() -> None:
        viewports.maximised = None
        viewports.layout = Layout.FOUR
        viewports.window = PRESETS["Soft tissue"]
        triad = viewports.triad
        assert triad is not None
        turned = triad.turned(Plane.AXIAL, np.radians(-25)).turned(Plane.CORONAL, np.radians(15))
        viewports.turn_planes(turned)

    def slab() -> None:
        viewports.reset_planes()
        viewports.fit(Plane.AXIAL)
        viewports.window = PRESETS["Lung"]
        viewports.slab = Slab(Projection.MAXIMUM, 15.0)
        viewports.set_colour_map("hot iron", Plane.CORONAL)
        viewports.set_colour_map("viridis", Plane.SAGITTAL)

    def compare() -> None:
        viewports.slab = Slab()
        viewports.set_colour_map("grey")
        viewports.window = PRESETS["Soft tissue"]
        study = session.study
        assert study is not None
        later = make_case(CaseParameters(volume_mm3=60_000, side="right"), seed=7)
        info = replace(study.info, series_uid="later", description="Synthetic thorax, another")
        window.second.comparison.show(Study(info, later.volume, synthetic=True))

    return {
        "one-and-three": one_and_three,
        "four": four,
        "measures": measures,
        "oblique": oblique,
        "slab-and-colours": slab,
        "compare": compare,
    }


def _wait(done: Callable[[], bool]) -> None:
    until = time.monotonic() + LIMIT_S
    while not done():
        if time.monotonic() > until:
            raise SystemExit("the window did not come to rest in time")
        QTest.qWait(50)


def _settle() -> None:
    """Pictures come a moment after what they show: charts, the volume's fine rendering, notices."""
    QTest.qWait(1000)


def _save(window: object, path: Path) -> None:
    from PySide6.QtWidgets import QWidget

    from ctprog_gui.views.snapshot import snapshot

    assert isinstance(window, QWidget)
    shown = snapshot(window).toImage()
    shown = shown.scaledToWidth(SHOWN_WIDTH, Qt.TransformationMode.SmoothTransformation)
    shown = shown.convertToFormat(QImage.Format.Format_RGB888)
    lines = np.frombuffer(shown.constBits(), np.uint8).reshape(shown.height(), shown.bytesPerLine())
    rgb = lines[:, : 3 * shown.width()].reshape(shown.height(), shown.width(), 3)
    # Colours of a palette take a third of the bytes, and nobody reads HU off a page.
    few = Image.fromarray(rgb).quantize(256, Image.Quantize.MEDIANCUT, kmeans=1, dither=Image.Dither.NONE)
    path.parent.mkdir(parents=True, exist_ok=True)
    few.save(path, optimize=True)
    print(f"{path.name}  {path.stat().st_size // 1024} KB", flush=True)


def main() -> None:
    if len(sys.argv) == 5:
        take(Path(sys.argv[1]), sys.argv[2], sys.argv[3], tuple(filter(None, sys.argv[4].split(","))))
        return
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "screens"
    for theme, language, wanted in TAKES:
        with tempfile.TemporaryDirectory() as home:
            values = {"appearance.theme": theme, "appearance.language": language, "help.tour": False}
            told = {"ctprog_settings": 1, "values": values, "keys": {}}
            kept = Path(home) / "data" / "settings.json"
            kept.parent.mkdir()
            kept.write_text(json.dumps(told), encoding="utf-8")
            surroundings = {**os.environ, "CTPROG_HOME": home}
            command = [sys.executable, __file__, str(folder), theme, language, ",".join(wanted)]
            subprocess.run(command, env=surroundings, check=True)


if __name__ == "__main__":
    main()
