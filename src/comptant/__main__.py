"""``python -m comptant``: the same as the command ``comptant``."""

import sys

from comptant.doors.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
