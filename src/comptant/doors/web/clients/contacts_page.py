"""The people at a party."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from comptant.doors.web.clients.dialogs import Dialog, answered, page_of_party
from comptant.doors.web.clients.forms import ContactForm
from comptant.doors.web.reach import find_party
from comptant.ground.parties.models import Contact, Party
from comptant.ground.web.gestures import Done, acted
from comptant.ground.web.request import MemberRequest


@require_http_methods(["GET", "POST"])
def contacts(request: MemberRequest, firm_ref: str, party_ref: str) -> HttpResponse:
    """GET asks who; POST adds a person at the party."""
    party = find_party(request, party_ref)
    to = page_of_party(request, party)

    def add(said: dict[str, Any]) -> tuple[str, str]:
        contact = Contact.objects.create(firm=request.firm, party=party, **said)
        return _("{name} is added.").format(name=contact.name), to

    dialog = Dialog(_("A new contact"), _("Add the contact"), to, text=party.name)
    return answered(request, ContactForm(request.POST or None), dialog, add)


@require_http_methods(["GET", "POST"])
def contact(request: MemberRequest, firm_ref: str, party_ref: str, contact_id: UUID) -> HttpResponse:
    """GET shows a person; POST says anew how they are reached."""
    party = find_party(request, party_ref)
    found, to = _find(request, party, contact_id), page_of_party(request, party)

    def change(said: dict[str, Any]) -> tuple[str, str]:
        for name, value in said.items():
            setattr(found, name, value)
        found.save(update_fields=list(said))
        return _("What is known of {name} is changed.").format(name=found.name), to

    started = {name: getattr(found, name) for name in ContactForm.base_fields}
    form = ContactForm(request.POST or None, initial=started)
    return answered(request, form, Dialog(found.name, _("Save"), to, text=party.name), change)


@require_POST
def removal(request: MemberRequest, firm_ref: str, party_ref: str, contact_id: UUID) -> HttpResponse:
    """POST: the person is no longer a contact of the party."""
    party = find_party(request, party_ref)
    found = _find(request, party, contact_id)
    Contact.objects.filter(firm=request.firm, id=found.id).delete()
    text = _("{name} is no longer a contact.").format(name=found.name)
    return acted(request, Done(text), to=page_of_party(request, party))


def _find(request: MemberRequest, party: Party, contact_id: UUID) -> Contact:
    found: Contact | None = Contact.objects.filter(firm=request.firm, party=party, id=contact_id).first()
    if found is None:
        raise Http404
    return found
