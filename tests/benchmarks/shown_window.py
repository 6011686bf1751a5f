"""``ctprog`` as a person starts it, watched: prints a line when its window is painted, and ends.

The other side of `bench_window`, run as a process of its own.
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
        from PySide6.QtCore import QTimer

        application = app.make_application()
        watch = QTimer()

        def look() -> None:
            window = next((w for w in application.topLevelWidgets() if hasattr(w, "viewer")), None)
            if window is None:
                return
            hosts = [one.canvas for one in window.viewer.slices.values()] + [window.viewer.volume.canvas]
            handle = window.windowHandle()
            if handle is not None and handle.isExposed() and all(host.renders for host in hosts):
                watch.stop()
                print("painted", flush=True)
                window.close()

        watch.timeout.connect(look)
        watch.start(1)
        return view(paths)

    app.view = watched
    return start.main([])


if __name__ == "__main__":
    sys.exit(main())
