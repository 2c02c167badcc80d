"""The command ``comptant``. A command is a module here, named in ``main.COMMANDS``.

It offers ``add_arguments(parser)`` and ``run(options) -> int``; ``NEEDS`` says what must be ready before ``run``:
``"tables"`` (the default: a database that answers, as the role app, with its tables), ``"database"`` or ``"nothing"``.
"""
