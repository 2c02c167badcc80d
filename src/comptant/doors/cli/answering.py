"""What each web process of ``comptant serve`` loads: the application, and the end of it when its parent is gone."""

from __future__ import annotations

import multiprocessing
import os
import threading

from comptant.wsgi import application

__all__ = ["application"]


def _follow_parent() -> None:
    """A parent that is killed says nothing: without this its children would keep the port."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)


threading.Thread(target=_follow_parent, name="follow-parent", daemon=True).start()
