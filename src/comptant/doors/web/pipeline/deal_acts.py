"""What a person records on a deal, one dialog an act: GET shows its form, POST says it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from comptant.doors.web import act_words
from comptant.doors.web.pipeline import forms
from comptant.doors.web.pipeline.after import back_to
from comptant.doors.web.reach import find_deal, happened, moment, must_be_fresh
from comptant.doors.web.screen import Screen
from comptant.doors.web.shell import shell
from comptant.ground.deals.models import Deal
from comptant.ground.journal.queries import recorded_acts
from comptant.ground.refusals import Refusal
from comptant.ground.web.answer import answer
from comptant.ground.web.gestures import Done, acted
from comptant.ground.web.request import MemberRequest
from comptant.journey.pipeline.actions import UNSAID, add_cost, say
from comptant.journey.pipeline.models import Stage, Standing

View = Callable[..., HttpResponse]
Said = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Gesture:
    """An act with a form of its own: its address, its fact, its words."""

    noun: str
    kind: str
    title: str | Promise
    verb: str | Promise
    form: type[forms.DealForm]
    details: Callable[[Said], dict[str, Any]]
    lead: str | Promise = ""

    @property
    def route(self) -> str:
        """The name of its address."""
        return f"deal-{self.noun}"


def _iso(said: Said, name: str) -> str | None:
    return said[name].isoformat() if said[name] else None


ESTIMATE = Gesture(
    "estimates", "estimate", _("Estimate"), _("Record the amount"), forms.EstimateForm,
    lambda said: {"amount": None if said["amount"] is None else str(said["amount"])},
)  # fmt: skip
MEETING = Gesture(
    "meetings", "meeting_accepted", _("The client accepted a meeting"), _("Record the meeting"), forms.MeetingForm,
    lambda said: {"meeting_on": _iso(said, "meeting_on")},
)  # fmt: skip
MAYBE = Gesture(
    "maybes", "maybe", _("The client said maybe"), _("Record the maybe"), forms.NoteForm,
    lambda said: {"note": said["note"]}, _("A maybe is written down, and is no sign: silence goes on counting."),
)  # fmt: skip
DECISION = Gesture(
    "decision-date", "offer_sent", _("Decision date"), _("Record the date"), forms.DecisionForm,
    lambda said: {"decision_on": _iso(said, "decision_on"), "agreed_with": said["agreed_with"], "only_date": True},
    _("In return you hold the price and the slot until then."),
)  # fmt: skip
HOLD = Gesture(
    "hold", "hold", _("Put on hold"), _("Put on hold"), forms.HoldForm,
    lambda said: {"wake_on": _iso(said, "wake_on"), "reason": said["reason"]},
    _("The deal leaves the total and comes back to Today on the day you choose. It may be extended once."),
)  # fmt: skip
REACTIVATION = Gesture(
    "reactivation", "reactivated", _("Reactivate"), _("Reactivate the deal"), forms.ReactivationForm,
    lambda said: {"stage": said["stage"]},
)  # fmt: skip
GESTURES = (ESTIMATE, MEETING, MAYBE, DECISION, HOLD, REACTIVATION)


def view_of(gesture: Gesture) -> View:
    """The view of an act with a form."""

    @require_http_methods(["GET", "HEAD", "POST"])
    def view(request: MemberRequest, firm_ref: str, deal_ref: str) -> HttpResponse:
        deal = find_deal(request, deal_ref)
        form = _form_of(gesture, request, deal)
        if request.method != "POST":
            return dialog(request, deal, gesture, form)
        must_be_fresh(request, deal)
        if not form.is_valid():
            return dialog(request, deal, gesture, form)
        try:
            _must_be_to_come(gesture, form.cleaned_data, request.today)
            act = say(deal, gesture.kind, gesture.details(form.cleaned_data), at=moment(request), by=request.member)
        except Refusal as refusal:
            form.refuse(refusal)
            return dialog(request, deal, gesture, form)
        undo = reverse("deal-act-undo", args=[firm_ref, deal.ref, act]) if gesture.kind in UNSAID else ""
        return acted(request, Done(done_words(deal, gesture), undo), to=back_to(request, deal))

    view.__doc__ = f"GET shows the form of “{gesture.noun}”; POST records it."
    return view


def _must_be_to_come(gesture: Gesture, said: Said, today: date) -> None:
    """A client agrees to answer on a day to come. Raises Refusal decision_date_needed."""
    if gesture is DECISION and said["decision_on"] < today:
        raise Refusal("decision_date_needed")


def _form_of(gesture: Gesture, request: MemberRequest, deal: Deal) -> forms.DealForm:
    more: dict[str, Any] = {}
    standing = Standing.objects.filter(firm=request.firm, deal=deal).first()
    if gesture is REACTIVATION:
        stages = list(Stage.objects.filter(firm=request.firm).order_by("position").values_list("key", "name"))
        more = {"stages": stages, "initial": {"stage": standing.stage if standing else ""}}
    elif gesture is ESTIMATE and standing is not None and standing.has_amount:
        more = {"initial": {"amount": Screen.of(request).number(standing.net, cents=None)}}
    elif gesture is DECISION and standing is not None:
        more = {"initial": {"decision_on": standing.decision_on}}
    elif gesture is HOLD and standing is not None:
        more = {"initial": {"reason": standing.hold_reason}}
    return gesture.form(request.POST if request.method == "POST" else None, **more)


def done_words(deal: Deal, gesture: Gesture) -> str:
    """What the toast says."""
    title = gesture.title if gesture is DECISION else act_words.title(gesture.kind)
    return _now("{what}: {party}.").format(what=title, party=deal.party.name)


def dialog(request: MemberRequest, deal: Deal, gesture: Gesture, form: forms.DealForm) -> HttpResponse:
    """The form in a dialog, or as a page of its own; 422 when it came back with something wrong."""
    where = reverse(gesture.route, args=[request.firm.ref, deal.ref])
    words = {"title": gesture.title, "verb": gesture.verb, "lead": gesture.lead}
    return form_dialog(request, deal, form, where, words)


def form_dialog(
    request: MemberRequest, deal: Deal, form: forms.DealForm, where: str, words: Mapping[str, Any]
) -> HttpResponse:
    """Any form of a deal, in a dialog or as a page."""
    context = {
        **words,
        "deal": deal,
        "form": form,
        "action": where,
        "seen": last_seen(request, deal),
        "back": reverse("deal", args=[request.firm.ref, deal.ref]),
        "dialog": "pipeline/_act_dialog.html",
        "shell": shell(request, "pipeline"),
    }
    status = 422 if form.errors else 200
    return answer(request, "pipeline/_act_dialog.html", context, page="web/dialog.html", status=status)


def last_seen(request: MemberRequest, deal: Deal) -> int:
    """The number of the last act of the deal: what a form says it has seen. What was typed keeps its own."""
    typed = request.POST.get("seen", "")
    if typed.isdecimal() and len(typed) < 10:
        return int(typed)
    return max((act.seq for act in recorded_acts(request.firm, [deal.id]).get(deal.id, [])), default=0)


@require_POST
def wake(request: MemberRequest, firm_ref: str, deal_ref: str) -> HttpResponse:
    """POST takes the deal off hold before its day."""
    deal = find_deal(request, deal_ref)
    must_be_fresh(request, deal)
    act = say(deal, "wake", {}, at=moment(request), by=request.member)
    text = _now("{what}: {party}.").format(what=act_words.title("wake"), party=deal.party.name)
    undo = reverse("deal-act-undo", args=[firm_ref, deal.ref, act])
    return acted(request, Done(text, undo), to=back_to(request, deal))


@require_http_methods(["GET", "HEAD", "POST"])
def facts(request: MemberRequest, firm_ref: str, deal_ref: str) -> HttpResponse:
    """GET shows the form of a fact; POST adds it: the client's sign restarts the stage's delay, ours does not."""
    deal = find_deal(request, deal_ref)
    form = forms.FactForm(request.POST if request.method == "POST" else None, initial={"on": request.today})
    if form.is_valid():
        said = form.cleaned_data
        kind = "buyer_move" if said["who"] == "client" else "seller_touch"
        try:
            at = happened(request, said["on"])
            act = say(deal, kind, {"channel": said["channel"], "note": said["note"]}, at=at, by=request.member)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            text = _now("{what}: {party}.").format(what=act_words.title(kind), party=deal.party.name)
            undo = reverse("deal-act-undo", args=[firm_ref, deal.ref, act])
            return acted(request, Done(text, undo), to=reverse("deal", args=[firm_ref, deal.ref]))
    words = {"title": _now("Add a fact"), "verb": _now("Add to the history"), "lead": FACT_LEAD}
    return form_dialog(request, deal, form, reverse("deal-facts", args=[firm_ref, deal.ref]), words)


FACT_LEAD = _("A sign from the client restarts the stage’s delay. Your own reminders do not.")


@require_http_methods(["GET", "HEAD", "POST"])
def costs(request: MemberRequest, firm_ref: str, deal_ref: str) -> HttpResponse:
    """GET shows the form of a cost; POST records it."""
    deal = find_deal(request, deal_ref)
    form = forms.CostForm(request.POST if request.method == "POST" else None, initial={"on": request.today})
    if form.is_valid():
        said = form.cleaned_data
        try:
            cost = add_cost(
                deal, amount=said["amount"], on=said["on"], label=said["label"], at=moment(request), by=request.member
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            text = _now("Cost recorded: {amount}, {label}.").format(
                amount=Screen.of(request).amount(cost.amount, deal.currency), label=cost.label
            )
            return acted(request, Done(text), to=reverse("deal", args=[firm_ref, deal.ref]))
    words = {
        "title": _now("A cost of the deal"), "verb": _now("Record the cost"),
        "lead": _now("Bought work, travel, a licence: an amount, never hours."),
    }  # fmt: skip
    return form_dialog(request, deal, form, reverse("deal-costs", args=[firm_ref, deal.ref]), words)
