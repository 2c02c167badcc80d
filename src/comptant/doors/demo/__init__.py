"""The demonstration: a made-up firm with two years of history, the same every time, written by acts alone.

``cast`` says who and where everything stands today, ``story`` how a deal is told, ``past`` and ``present`` tell the
deals, ``founding`` writes them.
"""

from comptant.doors.demo.cast import REF, TODAY
from comptant.doors.demo.founding import create_demo, set_password

__all__ = ["REF", "TODAY", "create_demo", "set_password"]
