"""napari, doing what it is told on standard input: the peer of `bench_napari`, run by a Python that has it.

An image and labels of 512 × 512 × 300 in one view, as large as the size given as arguments. Each line names
an act (``scroll``, ``disc`` or ``ball``) and a number; the answer is the seconds until napari has drawn it.
Strokes are Qt's mouse events on its canvas, a scroll step is the call that its slider makes.
"""

from __future__ import annotations

import sys
import time

import napari
import numpy as np
from qtpy.QtCore import QEvent, QPointF, Qt
from qtpy.QtGui import QMouseEvent
from qtpy.QtWidgets import QApplication

SHAPE = (300, 512, 512)


def main() -> int:
    width, height = (int(word) for word in sys.argv[1:3])
    viewer = napari.Viewer(show=True)
    noise = np.random.default_rng(1).integers(-50, 50, (1, *SHAPE[1:]), dtype=np.int16)
    viewer.add_image(np.repeat(noise, SHAPE[0], axis=0), contrast_limits=(-160, 240))
    labels = viewer.add_labels(np.zeros(SHAPE, np.uint8))
    canvas = viewer.window._qt_viewer.canvas
    native = canvas.native
    native.setFixedSize(width, height)
    draws = [0]
    canvas._scene_canvas.events.draw.connect(lambda event: draws.__setitem__(0, draws[0] + 1))
    # As many voxels across as ours shows.
    viewer.scene.camera.zoom = min(width, height) / 512

    def settle(seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            QApplication.processEvents()

    def until_drawn(act) -> float:
        before = draws[0]
        start = time.perf_counter()
        act()
        while draws[0] == before:
            QApplication.processEvents()
        QApplication.processEvents()
        return time.perf_counter() - start

    def stroke(number: int) -> None:
        """Press, eight moves along 40 voxels, release."""
        scale = viewer.scene.camera.zoom
        row = -40 + 80 * (number % 12) / 11
        for step in range(10):
            column = -20 + 40 * min(step, 8) / 8
            place = QPointF(width / 2 + column * scale, height / 2 + row * scale)
            kind, button, held = QEvent.MouseMove, Qt.NoButton, Qt.LeftButton
            if step == 0:
                kind, button = QEvent.MouseButtonPress, Qt.LeftButton
            elif step == 9:
                kind, button, held = QEvent.MouseButtonRelease, Qt.LeftButton, Qt.NoButton
            where = QPointF(native.mapToGlobal(place.toPoint()))
            event = QMouseEvent(kind, place, where, button, held, Qt.NoModifier)
            QApplication.sendEvent(native, event)
            QApplication.processEvents()

    settle(2.0)
    print("ready", flush=True)
    for line in sys.stdin:
        act, number = line.split()
        if act == "scroll":
            labels.mode = "pan_zoom"
            took = until_drawn(lambda n=int(number): viewer.dims.set_current_step(0, n))
        else:
            labels.mode = "paint"
            labels.selected_label = 1
            labels.brush_size = 20 if act == "disc" else 30
            labels.n_edit_dimensions = 2 if act == "disc" else 3
            before = int(np.count_nonzero(labels.data))
            settle(0.1)
            took = until_drawn(lambda n=int(number): stroke(n))
            if np.count_nonzero(labels.data) == before:
                raise AssertionError("napari painted nothing")
            labels.undo()
        settle(0.2)
        print(took, flush=True)
    viewer.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
