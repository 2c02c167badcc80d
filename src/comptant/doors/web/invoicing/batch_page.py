"""Several invoices at once: the confirmation states how many and how much, one request issues them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from comptant.doors.web.invoicing.asking import Asked, Typed, ask
from comptant.doors.web.invoicing.cases_view import name_of
from comptant.doors.web.invoicing.finding import own_deals
from comptant.doors.web.reach import moment
from comptant.doors.web.screen import Screen
from comptant.ground.refusals import Refusal
from comptant.ground.web.gestures import Done
from comptant.ground.web.request import MemberRequest
from comptant.ground.web.sentences import sentence
from comptant.journey.invoices.actions.gathering import issue_waiting
from comptant.journey.invoices.models import Invoice
from comptant.journey.invoices.waiting import Waiting, waiting


@require_http_methods(["GET", "POST"])
def batch(request: MemberRequest, firm_ref: str) -> HttpResponse:
    """GET names what was ticked, with its count and sum; POST issues it all."""
    screen = Screen.of(request)
    here = reverse("invoices", args=[firm_ref])
    wanted = set(request.GET.getlist("item"))
    ready = [one for one in waiting(request.firm, seller=own_deals(request)) if name_of(one) in wanted]

    def asked() -> Asked:
        if not ready:
            return Asked(_("Nothing is ticked"), _("Back"), text=_("Tick what you want to invoice, then ask again."))
        title, verb = _in_words(screen, ready)
        return Asked(
            title, verb,
            rows=[(f"{one.party_name}, {one.title}", screen.amount(one.net, one.currency)) for one in ready],
            text=_("Each bears a number of its own. Once issued it is corrected by a credit note alone."),
        )  # fmt: skip

    def act(typed: Typed) -> Done:
        if not ready:
            raise Refusal("nothing_to_claim", net=Decimal(0))
        return Done(_told(screen, issue_waiting(request.firm, ready, at=moment(request), by=request.member)))

    return ask(request, asked, act, to=here)


def _in_words(screen: Screen, ready: Sequence[Waiting]) -> tuple[str, str]:
    total = screen.amount(sum((one.net for one in ready if one.currency == screen.home), Decimal(0)))
    count = screen.number(len(ready))
    title = ngettext("Issue {count} invoice, {amount} ex VAT", "Issue {count} invoices, {amount} ex VAT", len(ready))
    verb = ngettext("Create {count} invoice, {amount} ex VAT", "Create {count} invoices, {amount} ex VAT", len(ready))
    return title.format(count=count, amount=total), verb.format(count=count, amount=total)


def _told(screen: Screen, outcomes: Sequence[tuple[Waiting, Invoice | Refusal]]) -> str:
    """What was issued with its sum, and what was refused with the reason. Raises the refusal when all were."""
    made = [one for _item, one in outcomes if isinstance(one, Invoice)]
    refused = [(item, one) for item, one in outcomes if isinstance(one, Refusal)]
    if not made:
        raise refused[0][1]
    total = screen.amount(sum((one.net for one in made), Decimal(0)), made[0].currency)
    said = ngettext("{count} invoice issued, {amount} ex VAT.", "{count} invoices issued, {amount} ex VAT.", len(made))
    parts = [said.format(count=screen.number(len(made)), amount=total)]
    parts += [f"{item.party_name}: {sentence(one.code, one.facts)}" for item, one in refused]
    return " ".join(parts)
