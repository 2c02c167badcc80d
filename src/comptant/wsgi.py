"""What a web server loads."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comptant.settings")
application = get_wsgi_application()

# What is loaded by now stays: looking through all of it for circles again and again would slow every answer.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 50)
