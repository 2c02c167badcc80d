"""Whether a party can pay: a dated word of ours; and an owner's word that one deal may go on all the same."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from comptant.doors.web.clients.dialogs import Dialog, answered, page_of_party
from comptant.doors.web.clients.forms import AssessmentForm, OverrideForm
from comptant.doors.web.clients.words import LIGHT_NAMES
from comptant.doors.web.reach import find_party, moment
from comptant.ground.deals.models import Deal
from comptant.ground.parties.models import Party
from comptant.ground.web.request import MemberRequest
from comptant.journey.prospects.actions import assess, override_limit
from comptant.journey.prospects.queries import current_assessment

MOST_DEALS = 50


@require_http_methods(["GET", "POST"])
def assessment(request: MemberRequest, firm_ref: str, party_ref: str) -> HttpResponse:
    """GET shows what is thought of the party; POST says it anew, dated and signed."""
    party = find_party(request, party_ref)
    to = page_of_party(request, party)

    def say(said: dict[str, Any]) -> tuple[str, str]:
        made = assess(party, at=moment(request), by=request.member, **said)
        return _("{name}: {light}.").format(name=party.name, light=str(LIGHT_NAMES[made.light]).lower()), to

    known = current_assessment(party)
    started = {"light": known.light, "credit_limit": known.credit_limit, "terms": known.terms}
    dialog = Dialog(
        _("Can {name} pay?").format(name=party.name),
        _("Record the assessment"),
        to,
        text=_("An assessment holds until the next one; the earlier ones stay."),
        about={"reason_needed": "reason", "unknown_light": "light", "bad_amount": "credit_limit"},
    )
    return answered(request, AssessmentForm(request.POST or None, initial=started), dialog, say)


@require_http_methods(["GET", "POST"])
def overrides(request: MemberRequest, firm_ref: str, party_ref: str) -> HttpResponse:
    """GET asks which deal and why; POST records an owner's word on that deal."""
    party = find_party(request, party_ref)
    to, deals = page_of_party(request, party), _deals(request, party)

    def go_on(said: dict[str, Any]) -> tuple[str, str]:
        deal = deals[said["deal"]]
        override_limit(deal, reason=said["reason"], at=moment(request), by=request.member)
        return _("{deal} may go on: your reason is in its history.").format(deal=deal.title or deal.ref), to

    form = OverrideForm(request.POST or None)
    form.fields["deal"].choices = [(key, deal.title or deal.ref) for key, deal in deals.items()]  # type: ignore[attr-defined]
    dialog = Dialog(
        _("Go on in spite of the limit"),
        _("Record my reason"),
        to,
        text=_("It holds for one deal. It is an act of that deal, dated and signed with your name."),
        about={"reason_needed": "reason"},
        is_risk=True,
    )
    return answered(request, form, dialog, go_on)


def _deals(request: MemberRequest, party: Party) -> dict[str, Deal]:
    rows = Deal.objects.filter(firm=request.firm, party=party, standings__isnull=False)
    rows = rows.exclude(standings__place__in=("lost", "vanished", "declined"))
    found = {}
    for deal in rows.order_by("-id")[:MOST_DEALS]:
        deal.firm = request.firm
        found[str(deal.id)] = deal
    return found
