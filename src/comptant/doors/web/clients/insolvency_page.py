"""A debtor is insolvent: what it owes is doubtful, and the claim has a last day."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from comptant.doors.web.clients.dialogs import Dialog, answered, page_of_party
from comptant.doors.web.clients.forms import InsolvencyForm
from comptant.doors.web.reach import find_party, moment
from comptant.doors.web.screen import Screen
from comptant.ground.web.request import MemberRequest
from comptant.journey.recovery.actions import declare_insolvent


@require_http_methods(["GET", "POST"])
def insolvencies(request: MemberRequest, firm_ref: str, party_ref: str) -> HttpResponse:
    """GET asks for the judgment; POST declares the party insolvent and computes the last day of the claim."""
    party, screen = find_party(request, party_ref), Screen.of(request)
    to = page_of_party(request, party)

    def declare(said: dict[str, Any]) -> tuple[str, str]:
        found = declare_insolvent(party, at=moment(request), by=request.member, **said)
        if found.deadline_on is None:
            return _("{name} is insolvent: what it owes is doubtful.").format(name=party.name), to
        text = _("{name} is insolvent: file the claim by {day}.")
        return text.format(name=party.name, day=screen.long(found.deadline_on)), to

    dialog = Dialog(
        _("{name} is insolvent").format(name=party.name),
        _("Declare the insolvency"),
        to,
        text=_("What it owed on the day of the judgment becomes doubtful; reminders and penalties stop."),
        about={
            "published_before_judged": "published_on", "ahead_of_today": "published_on", "insolvency_known": "judged_on"
        },
        is_risk=True,
    )  # fmt: skip
    return answered(request, InsolvencyForm(request.POST or None), dialog, declare)
