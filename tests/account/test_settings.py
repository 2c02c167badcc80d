"""The settings: each page saves, refuses with what was typed kept, and is the owner's alone."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from comptant.doors.nightly import catch_up
from comptant.ground.firms.describing import described
from comptant.ground.firms.models import ApiToken, Invitation, Member, Role
from comptant.ground.firms.tokens import find_token
from comptant.journey.payments.queries import tolerance_of
from comptant.journey.pipeline.models import Closure, Stage
from comptant.journey.recovery.queries import policies_of
from tests.web.test_pages import MOST_QUERIES, questions, signed_in
from tests.world import MONDAY, House, atelier_lune, forge_nord, found

pytestmark = pytest.mark.django_db

SETTINGS = "/f/atelier-lune/settings/"
PAGES = ("", "stages/", "reminders/", "bank/", "team/", "tokens/")


@pytest.fixture
def lune() -> House:
    """Atelier Lune, with a deal."""
    house = atelier_lune()
    with house.open():
        house.opens("D-1", MONDAY, "12000.00")
    return house


@pytest.fixture
def ada(lune: House) -> Client:
    """Signed in as the owner."""
    return signed_in("ada", "atelier-lune")


def fields(text: str, action: str) -> dict[str, str]:
    """What the form sent to ``action`` would send as it stands."""
    form = re.search(rf'<form[^>]* action="{re.escape(action)}".*?</form>', text, re.DOTALL)
    assert form, action
    said = {}
    for tag in re.findall(r"<(?:input|select)[^>]*>", form[0]):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and 'type="checkbox"' not in tag and tag.startswith("<input"):
            said[name[1]] = value[1] if value else ""
    for name, options in re.findall(r'<select[^>]*name="([^"]+)".*?>(.*?)</select>', form[0], re.DOTALL):
        chosen = re.search(r'value="([^"]*)"[^>]* selected', options) or re.search(r'value="([^"]*)"', options)
        said[name] = chosen[1] if chosen else ""
    said.pop("csrfmiddlewaretoken", None)
    return said


@pytest.mark.parametrize("page", PAGES)
def test_each_page_answers_the_owner_alone_in_few_questions(ada: Client, page: str) -> None:
    ada.get(SETTINGS + page)
    with CaptureQueriesContext(connection) as asked:
        answer = ada.get(SETTINGS + page)
    assert answer.status_code == 200
    assert len(questions(asked)) <= MOST_QUERIES
    assert "style=" not in answer.content.decode()
    for who in ("bilal", "chloé", "odile"):
        assert signed_in(who, "atelier-lune").get(SETTINGS + page).status_code == 403


def test_who_the_firm_is_is_said_and_checked(ada: Client, lune: House) -> None:
    held = fields(ada.get(SETTINGS).content.decode(), SETTINGS)
    said = {**held, "legal_name": "Atelier Lune SAS", "siret": "732 829 320 00074", "terms_days": "45", "city": "Lyon"}
    answer = ada.post(SETTINGS, said)
    assert answer.status_code == 302, re.findall(r'class="error"[^>]*>.*?</p>', answer.content.decode())
    with lune.open():
        who = described(lune.firm)
        assert (who.legal_name, who.siret, who.terms_days) == ("Atelier Lune SAS", "73282932000074", 45)
    wrong = ada.post(SETTINGS, {**said, "once": "another", "siret": "732 829 320 00075", "city": "Nantes"})
    assert wrong.status_code == 422
    text = wrong.content.decode()
    assert "732 829 320 00075" in text
    assert re.search(r'<input[^>]*name="siret"[^>]*aria-invalid="true"', text)
    with lune.open():
        assert described(lune.firm).city == "Lyon"


def test_replies_need_a_true_address(ada: Client) -> None:
    held = fields(ada.get(SETTINGS).content.decode(), SETTINGS)
    wrong = ada.post(SETTINGS, {**held, "email": "camille chez lune"})
    assert wrong.status_code == 422
    assert re.search(r'<input[^>]*name="email"[^>]*aria-invalid="true"', wrong.content.decode())
    assert "camille chez lune" in wrong.content.decode()
    assert ada.post(SETTINGS, {**held, "once": "another", "email": "camille@lune.example"}).status_code == 302


def test_a_firm_of_quebec_has_the_numbers_of_quebec() -> None:
    found("Boréal", {"Ada": Role.OWNER}, country="CA", currency="CAD", language="fr-ca", zone="America/Montreal")
    text = signed_in("ada", "boreal").get("/f/boreal/settings/").content.decode()
    assert 'name="neq"' in text
    assert 'name="siren"' not in text
    assert "is_vat_exempt" not in text


def test_a_stage_is_named_and_its_days_declared(ada: Client, lune: House) -> None:
    where = f"{SETTINGS}stages/proposal/"
    assert ada.post(where, {"proposal-name": "Offre remise", "proposal-declared_days": "10"}).status_code == 302
    with lune.open():
        stage = Stage.objects.get(firm=lune.firm, key="proposal")
        assert (stage.name, stage.declared_days) == ("Offre remise", 10)
    for days in ("0", "-1", "abc", "4000", ""):
        refused = ada.post(where, {"proposal-name": "Autre", "proposal-declared_days": days})
        assert refused.status_code == 422
        assert 'value="Autre"' in refused.content.decode()
    assert ada.post(f"{SETTINGS}stages/nothing/", {}).status_code == 404


def test_shorter_days_stall_a_silent_deal_and_the_journal_agrees(ada: Client, lune: House) -> None:
    from comptant.journey.pipeline import doctor

    where = f"{SETTINGS}stages/contacted/"
    assert ada.post(where, {"contacted-name": "Contact", "contacted-declared_days": "3"}).status_code == 302
    with lune.open():
        catch_up(lune.firm, date(2026, 3, 12))
        assert [check.name for check in doctor.checks(lune.firm) if not check.ok] == []


def test_a_closure_is_declared(ada: Client, lune: House) -> None:
    where = f"{SETTINGS}closures/"
    assert ada.post(where, {"first_on": "2026-08-03", "last_on": "2026-08-21"}).status_code == 302
    with lune.open():
        assert Closure.objects.filter(firm=lune.firm, first_on=date(2026, 8, 3)).exists()
    assert "21" in ada.get(f"{SETTINGS}stages/").content.decode()
    for first, last in (("2026-08-21", "2026-08-03"), ("", ""), ("2026-02-30", "x"), ("1026-01-01", "9026-01-01")):
        assert ada.post(where, {"first_on": first, "last_on": last}).status_code == 422


def test_reminders_leave_after_approval_or_by_themselves(ada: Client, lune: House) -> None:
    where = f"{SETTINGS}reminders/"
    held = fields(ada.get(where).content.decode(), where)
    assert held["0-days"] == "-5"
    said = {**held, "0-automatic": "on", "1-days": "3", "3-channel": "call", "gap_days": "10"}
    assert ada.post(where, said).status_code == 302
    with lune.open():
        policy = policies_of(lune.firm)[0]
        assert [(step.days, step.is_automatic) for step in policy.steps][:2] == [(-5, True), (3, False)]
        assert (policy.steps[3].channel, policy.gap_days) == ("call", 10)
    refused = ada.post(where, {**said, "once": "again", "2-days": "1"})
    assert refused.status_code == 422
    assert refused.content.decode().count('aria-invalid="true"') == 1
    assert ada.post(where, {**said, "once": "more", "1-channel": "pigeon"}).status_code == 422


def test_tolerance_is_said_in_percent_and_in_money(ada: Client, lune: House) -> None:
    where = f"{SETTINGS}bank/"
    assert "98" in ada.get(where).content.decode()
    assert ada.post(where, {"confidence": "95,5", "cents": "0,10", "fee_limit": "15"}).status_code == 302
    with lune.open():
        held = tolerance_of(lune.firm)
        assert (held.threshold, held.cents, held.fee_limit) == (Decimal("0.955"), Decimal("0.10"), Decimal(15))
    for odd in ("20", "101", "NaN", "x", ""):
        assert ada.post(where, {"confidence": odd, "cents": "0,10", "fee_limit": "15"}).status_code == 422


def test_the_team_changes_and_the_last_owner_stays(ada: Client, lune: House) -> None:
    with lune.open():
        bilal, owner = (Member.objects.get(firm=lune.firm, name=name) for name in ("Bilal", "Ada"))
    assert ada.post(f"{SETTINGS}team/{bilal.id}/role/", {"role": "manager"}).status_code == 302
    assert ada.post(f"{SETTINGS}team/{bilal.id}/role/", {"role": "king"}).status_code == 404
    for tail in ("role/", "leaving/"):
        refused = ada.post(f"{SETTINGS}team/{owner.id}/{tail}", {"role": "mentor"})
        assert refused.status_code == 422
        assert 'role="alert"' in refused.content.decode()
    assert ada.post(f"{SETTINGS}team/{bilal.id}/leaving/").status_code == 302
    assert signed_in("bilal", "atelier-lune").get("/f/atelier-lune/").status_code == 404


def test_someone_is_invited_once_and_the_invitation_withdrawn(ada: Client, lune: House) -> None:
    said = {"email": "Eve@lune.example", "name": "Ève", "role": "accountant", "once": "k"}
    assert ada.post(f"{SETTINGS}invitations/", said).status_code == 302
    assert ada.post(f"{SETTINGS}invitations/", said).status_code == 409
    text = ada.get(f"{SETTINGS}team/").content.decode()
    assert "eve@lune.example" in text
    with lune.open():
        invitation = Invitation.objects.get(firm=lune.firm)
    assert ada.post(f"{SETTINGS}invitations/{invitation.id}/withdrawal/").status_code == 302
    assert ada.post(f"{SETTINGS}invitations/{invitation.id}/withdrawal/").status_code == 422
    assert "est retirée" in ada.get(f"{SETTINGS}team/").content.decode()
    assert "eve@lune.example" not in ada.get(f"{SETTINGS}team/").content.decode()
    known = ada.post(f"{SETTINGS}invitations/", {"email": "bilal@atelier-lune.example", "role": "seller"})
    assert known.status_code == 422
    assert "bilal@atelier-lune.example" in known.content.decode()


def test_a_token_is_shown_once_and_revoked(ada: Client, lune: House) -> None:
    where = f"{SETTINGS}tokens/"
    text = ada.post(where, {"name": "Livres", "scopes": ["read", "invoices"]}).content.decode()
    secret = re.search(r'value="(cpt_[\w-]+)"', text)
    assert secret
    assert find_token(secret[1])
    assert "cpt_" not in ada.get(where).content.decode()
    with lune.open():
        token = ApiToken.objects.get(firm=lune.firm)
    assert ada.post(f"{where}{token.id}/revocation/").status_code == 302
    assert find_token(secret[1]) is None
    for said in ({"name": "x"}, {"name": "", "scopes": ["read"]}, {"name": "x", "scopes": ["everything"]},
                 {"name": "x", "scopes": ["read"], "expires_on": "2001-01-01"}):  # fmt: skip
        assert ada.post(where, said).status_code == 422


def test_another_firm_s_people_and_tokens_are_not_there(ada: Client, lune: House) -> None:
    house = forge_nord()
    with house.open():
        zoe = Member.objects.get(firm=house.firm, name="Zoé")
    assert ada.post(f"{SETTINGS}team/{zoe.id}/leaving/").status_code == 404
    assert ada.post(f"{SETTINGS}team/{zoe.id}/role/", {"role": "mentor"}).status_code == 404
