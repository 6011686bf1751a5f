"""``ctprog`` as a person starts it, watched: prints a line when its window is painted, and ends.

``painted`` stands for the whole window on the screen, its views black; ``drawn`` for all four views
drawn by VTK, which is as black while no case is open. The other side of `bench_window`, run as a
process of its own.
"""

from __future__ import annotations

import sys


def main() -> int:
    # What `python -m ctprog_gui` imports before it knows what it is asked for.
    from ctprog_gui import __main__ as start
    from ctprog_gui import app

    # The watch begins where the application's own loop would.
    view = app.view

    def watched(paths: list) -> int:
        from PySide6.QtCore import QEvent, QObject, QTimer

        application = app.make_application()
        painted: set[QObject] = set()
        told: set[str] = set()

        class Paints(QObject):
            def eventFilter(self, watched: QObject, event: QEvent) -> bool:
                if event.type() == QEvent.Type.Paint:
                    painted.add(watched)
                return False

        paints = Paints()
        application.installEventFilter(paints)
        watch = QTimer()

        def tell(what: str) -> None:
            if what not in told:
                told.add(what)
                print(what, flush=True)

        def look() -> None:
            window = next((w for w in application.topLevelWidgets() if hasattr(w, "viewer")), None)
            handle = window.windowHandle() if window is not None else None
            if window is None or handle is None or not handle.isExposed():
                return
            hosts = [one.canvas for one in window.viewer.slices.values()] + [window.viewer.volume.canvas]
            if painted.issuperset((window, window.banner, window.prognosis_panel.predict, *hosts)):
                tell("painted")
            if all(host.renders for host in hosts):
                tell("drawn")
                watch.stop()
                window.close()

        watch.timeout.connect(look)
        watch.start(1)
        return view(paths)

    app.view = watched
    return start.main([])


if __name__ == "__main__":
    sys.exit(main())
