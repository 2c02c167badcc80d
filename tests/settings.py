"""The product's settings over a data folder of the tests' own, with quick passwords and files as they are in src."""

import atexit
import os
import shutil
import tempfile

# /tmp and not TMPDIR: the path of a Unix socket must be short.
os.environ["COMPTANT_HOME"] = tempfile.mkdtemp(prefix="comptant-tests-", dir="/tmp")
atexit.register(shutil.rmtree, os.environ["COMPTANT_HOME"], ignore_errors=True)
for name in ("DATABASE_URL", "COMPTANT_ENV", "COMPTANT_DEBUG"):
    os.environ.pop(name, None)

from comptant.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
AXES_ENABLED = True
