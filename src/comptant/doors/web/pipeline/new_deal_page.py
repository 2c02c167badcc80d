"""A new prospect: a name is enough."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from comptant.doors.web import figures_of
from comptant.doors.web.pipeline.forms import AmountField, DayField, DealForm
from comptant.doors.web.reach import find_party, moment
from comptant.doors.web.screen import Screen
from comptant.doors.web.shell import shell
from comptant.ground.deals.models import Deal
from comptant.ground.firms.models import Member, Role
from comptant.ground.parties.actions import add_party, new_ref
from comptant.ground.parties.models import Party
from comptant.ground.refusals import Refusal
from comptant.ground.web.answer import answer
from comptant.ground.web.gestures import Done, acted
from comptant.ground.web.request import MemberRequest
from comptant.ground.web.roles import SELLING, sees_own_alone
from comptant.journey.pipeline.actions import open_deal
from comptant.journey.pipeline.models import Stage
from comptant.journey.prospects.search import search_parties

FOUND = 8


class NewDealForm(DealForm):
    """A name; everything else can wait."""

    at_fault = {
        "bad_amount": "amount", "unknown_stage": "stage", "bad_day": "decision_on",
        "decision_date_needed": "decision_on",
    }  # fmt: skip

    name = django_forms.CharField(
        label=_("Client or prospect"), max_length=300, help_text=_("A name is enough. A known one is recognised."),
        error_messages={"required": _("A name is needed, nothing else.")},
    )  # fmt: skip
    title = django_forms.CharField(label=_("Subject, optional"), required=False, max_length=300)
    amount = AmountField(
        label=_("Amount hoped for, ex VAT, optional"), required=False,
        help_text=_("Without an amount it counts as a prospect, and for 0."),
    )  # fmt: skip
    stage = django_forms.ChoiceField(label=_("Stage"), required=False)
    decision_on = DayField(label=_("Yes or no by, optional"), required=False)
    source = django_forms.CharField(label=_("Where it comes from, optional"), required=False, max_length=120)
    seller = django_forms.ChoiceField(label=_("Followed by"), required=False)

    def __init__(self, *args: Any, stages: list[tuple[str, str]], sellers: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["stage"].choices = stages  # type: ignore[attr-defined]
        self.fields["seller"].choices = sellers  # type: ignore[attr-defined]
        if len(sellers) < 2:
            del self.fields["seller"]
        self.fields["name"].widget.attrs |= {"autocomplete": "off", "autofocus": True}


@require_http_methods(["GET", "HEAD", "POST"])
def new_deal(request: MemberRequest, firm_ref: str) -> HttpResponse:
    """GET shows the form, or the known parties ``q`` finds; POST opens the deal."""
    if request.headers.get("HX-Target") == "parties":
        return _suggest(request)
    form = _form(request)
    known = _known(request)
    if form.is_valid():
        try:
            deal = _open(request, form.cleaned_data, known)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            text = _now("{party} is in the pipeline.").format(party=deal.party.name)
            return acted(request, Done(text), to=reverse("deal", args=[firm_ref, deal.ref]))
    stocks = figures_of.today(request.firm, request.today, Screen.of(request).home)
    context = {
        "form": form,
        "known": known,
        "action": reverse("new-deal", args=[firm_ref]),
        "back": reverse("pipeline", args=[firm_ref]),
        "shell": shell(request, "pipeline", stocks, ["hoped"]),
    }
    return answer(request, "pipeline/_new_deal.html", context, status=422 if form.errors else 200)


def _form(request: MemberRequest) -> NewDealForm:
    firm = request.firm
    stages = list(Stage.objects.filter(firm=firm).order_by("position").values_list("key", "name"))
    sellers: list[tuple[str, str]] = []
    if not sees_own_alone(request.member):
        rows = Member.objects.filter(firm=firm, is_active=True, role__in=[str(Role(role)) for role in SELLING])
        sellers = [(str(member_id), name) for member_id, name in rows.order_by("name").values_list("id", "name")]
    known = _known(request)
    initial = {"seller": str(request.member.id), "name": known.name if known else ""}
    given = request.POST if request.method == "POST" else None
    return NewDealForm(given, initial=initial, stages=stages, sellers=sellers)


def _known(request: MemberRequest) -> Party | None:
    """The party chosen among those suggested, or that the address names."""
    if chosen := request.POST.get("party", ""):
        return find_party(request, chosen)
    named = request.GET.get("party", "").replace("\x00", "")
    return Party.objects.filter(firm=request.firm, ref=named).first() if named else None


def _suggest(request: MemberRequest) -> HttpResponse:
    found = search_parties(request.firm, request.GET.get("name", "").replace("\x00", ""), FOUND)
    return answer(request, "pipeline/_parties.html", {"parties": found}, page="pipeline/_parties.html")


def _open(request: MemberRequest, said: dict[str, Any], known: Party | None) -> Deal:
    """The deal, with the party chosen, the one of exactly that name, or a new one.

    Raises Refusal decision_date_needed, and those of the room.
    """
    firm = request.firm
    if said["decision_on"] and said["decision_on"] < request.today:
        raise Refusal("decision_date_needed")
    party = known or Party.objects.filter(firm=firm, name=said["name"]).first() or add_party(firm, said["name"])
    party.firm = firm
    seller = None
    if said.get("seller"):
        seller = Member.objects.get(firm=firm, id=said["seller"])
    first: str = Stage.objects.filter(firm=firm).order_by("position").values_list("key", flat=True).first() or ""
    return open_deal(
        party, new_ref("D"), said["title"] or party.name, stage=said["stage"] or first,
        amount=None if said["amount"] is None else str(said["amount"]), decision_on=said["decision_on"],
        source=said["source"], seller=seller, at=moment(request), by=request.member,
    )  # fmt: skip
