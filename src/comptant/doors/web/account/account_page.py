"""One's own account: name, language, password, keys. It belongs to who signs in, not to a firm."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


@login_required
def account(request: HttpRequest) -> HttpResponse:
    """GET shows the account."""
    return redirect("firms")
