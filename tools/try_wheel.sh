#!/bin/sh
# Installs dist/*.whl in an environment of its own, away from the sources, and sees that it starts a firm and its pages.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
"${PYTHON:-$here/.venv/bin/python}" -m venv "$place/env"
"$place/env/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$here/requirements.lock"
"$place/env/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps "$here"/dist/comptant-*.whl
cd "$place"
export COMPTANT_HOME="$place/home"
"$place/env/bin/comptant" --help >/dev/null
"$place/env/bin/comptant" migrate
"$place/env/bin/python" - <<'PYTHON'
from pathlib import Path

import comptant

package = Path(comptant.__file__).parent
needed = ["collected/staticfiles.json", "locale/fr/LC_MESSAGES/django.mo", "ground/web/templates/web/base.html",
          "ground/documents/templates/letterhead.typ", "ground/documents/typefaces/HankenGrotesk-400.ttf"]
missing = [name for name in needed if not (package / name).exists()]
assert not missing, f"the wheel lacks {missing}"
PYTHON
echo "the wheel works"
