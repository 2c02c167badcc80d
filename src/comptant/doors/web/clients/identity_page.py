"""Who a party is: a new one, and the same said better."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from comptant.doors.web.clients.dialogs import Dialog, answered, page_of_party
from comptant.doors.web.clients.forms import IdentityForm, NewPartyForm
from comptant.doors.web.reach import find_party
from comptant.ground.parties.actions import add_party
from comptant.ground.parties.models import Party, PartyKind
from comptant.ground.web.request import MemberRequest


@require_http_methods(["GET", "POST"])
def new_client(request: MemberRequest, firm_ref: str) -> HttpResponse:
    """GET asks who; POST adds the party."""

    def add(said: dict[str, Any]) -> tuple[str, str]:
        party = add_party(request.firm, said.pop("name"), **said)
        return _("{name} is added.").format(name=party.name), page_of_party(request, party)

    started = {"kind": PartyKind.COMPANY, "country": request.firm.country, "name": request.GET.get("name", "")[:300]}
    form = NewPartyForm(request.firm, request.POST or None, initial=started)
    dialog = Dialog(
        _("A new party"),
        _("Add the party"),
        reverse("clients", args=[firm_ref]),
        text=_("A name is enough. It is a client once it has paid."),
    )
    return answered(request, form, dialog, add)


@require_http_methods(["GET", "POST"])
def identity(request: MemberRequest, firm_ref: str, party_ref: str) -> HttpResponse:
    """GET shows what is known of the party; POST says it anew."""
    party = find_party(request, party_ref)
    to = page_of_party(request, party)

    def change(said: dict[str, Any]) -> tuple[str, str]:
        for name, value in said.items():
            setattr(party, name, value)
        party.save(update_fields=list(said))
        return _("What is known of {name} is changed.").format(name=party.name), to

    form = IdentityForm(request.firm, request.POST or None, initial=_known(party))
    return answered(request, form, Dialog(_("Identity and address"), _("Save"), to, text=party.name), change)


def _known(party: Party) -> dict[str, Any]:
    fields = [name for name in IdentityForm.base_fields if name != "tags"]
    return {**{name: getattr(party, name) for name in fields}, "tags": ", ".join(party.tags)}
