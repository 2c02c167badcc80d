"""The firm by the API: who it is, its people, their tokens, finding anything."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from comptant.ground.mail.models import Message
from tests.api.calling import Caller, caller
from tests.world import House

pytestmark = pytest.mark.django_db


def test_who_it_is(ada: Caller) -> None:
    assert (
        ada.good("describe_the_firm", {"siret": "73282932000074", "city": "Lyon"})["identity"]["siren"] == "732829320"
    )
    assert ada.bad("describe_the_firm", {"siren": "123456789"}) == (422, "bad_identifier")
    said = ada.good("get_firm")
    assert (said["ref"], said["identity"]["city"]) == ("atelier-lune", "Lyon")


def test_people_come_and_go(ada: Caller, lune: House) -> None:
    asked = ada.good("invite_someone", {"email": "Dora@Lune.example", "role": "seller", "name": "Dora"})
    assert (asked["email"], asked["accepted_at"]) == ("dora@lune.example", None)
    with lune.open():
        letter = Message.objects.get(firm=lune.firm, kind="invitation")
        assert re.search(r"/join/[\w-]{40,}/", letter.text)
    assert len(ada.good("list_invitations")["items"]) == 1
    assert ada.good("withdraw_an_invitation", {}, invitation=asked["id"])["withdrawn_at"]
    assert ada.bad("withdraw_an_invitation", {}, invitation=asked["id"]) == (409, "invitation_over")
    assert ada.bad("invite_someone", {"email": "bilal@atelier-lune.example", "role": "seller"}) == (
        409,
        "already_member",
    )
    people = {one["name"]: one for one in ada.good("list_members")}
    assert ada.good("change_a_role", {"role": "manager"}, member=people["Bilal"]["id"])["role"] == "manager"
    assert ada.bad("change_a_role", {"role": "seller"}, member=people["Ada"]["id"]) == (409, "last_owner")
    assert ada.bad("remove_a_member", member=people["Ada"]["id"]) == (409, "last_owner")


def test_who_has_left_has_no_token_left(ada: Caller, bilal: Caller, lune: House) -> None:
    assert bilal.good("get_firm")
    [member] = [one for one in ada.good("list_members") if one["name"] == "Bilal"]
    assert ada.good("remove_a_member", member=member["id"])["is_active"] is False
    assert bilal.bad("get_firm") == (401, "token_unknown")


def test_tokens(ada: Caller, lune: House) -> None:
    made = ada.good("make_a_token", {"name": "books", "scopes": ["read"]})
    program = Caller(made["secret"])
    assert program.good("get_firm")["ref"] == "atelier-lune"
    assert program.bad("open_a_deal", {"party": "mercure"}) == (403, "scope_missing")
    listed = ada.good("list_tokens")["items"]
    assert "secret" not in listed[0]
    assert ada.good("revoke_a_token", {}, token=made["id"])["revoked_at"]
    assert program.bad("get_firm") == (401, "token_unknown")
    assert ada.bad("make_a_token", {"name": "x", "scopes": ["everything"]}) == (422, "wrong_fields")
    past = (timezone.now() - timedelta(days=1)).isoformat()
    assert ada.bad("make_a_token", {"name": "x", "scopes": ["read"], "expires_at": past}) == (
        422,
        "expires_in_the_past",
    )


def test_a_token_ends_with_its_day(ada: Caller, lune: House) -> None:
    from comptant.ground.firms.models import ApiToken

    made = ada.good("make_a_token", {"name": "short", "scopes": ["read"], "expires_at": "2199-01-01"})
    with lune.open():
        ApiToken.objects.filter(firm=lune.firm, id=made["id"]).update(expires_at=datetime(2020, 1, 1, tzinfo=UTC))
    assert Caller(made["secret"]).bad("get_firm") == (401, "token_unknown")


def test_parties_and_what_is_thought_of_them(ada: Caller) -> None:
    made = ada.good("add_party", {"name": "Orvane", "email": "h@orvane.example", "country": "FR", "tags": ["bank"]})
    assert ada.bad("add_party", {"name": "Again", "ref": made["ref"]}) == (409, "party_ref_taken")
    assert ada.good("change_party", {"terms_days": 45}, party=made["ref"])["terms_days"] == 45
    assert ada.good("change_party", {"terms_days": None}, party=made["id"])["terms_days"] is None
    contact = ada.good("add_contact", {"name": "Hélène", "email": "h@orvane.example"}, party=made["ref"])
    assert ada.good("list_contacts", party=made["ref"])["items"] == [contact]
    assert ada.good("get_party", party=made["ref"])["tags"] == ["bank"]
    assert ada.good("get_assessment", party=made["ref"])["at"] is None
    said = {"light": "amber", "reason": "late accounts", "credit_limit": "5000"}
    assert ada.good("assess_party", said, party=made["ref"])["by"] == "Ada"
    assert ada.good("get_assessment", party=made["ref"])["credit_limit"] == "5000.00"
    assert ada.good("get_exposure", party=made["ref"])["limit"] == "5000.00"
    deal = ada.good("open_a_deal", {"party": made["ref"], "title": "Audit"})["ref"]
    ada.good("override_a_limit", {"reason": "known for years"}, deal=deal)
    cost = ada.good("add_a_cost", {"amount": "120.50", "on": "2026-03-03", "label": "train"}, deal=deal)
    assert ada.good("list_costs", deal=deal) == [cost]
    assert ada.good("get_deal_margin", deal=deal)["margin"] == "-120.50"
    assert ada.good("get_party_margins", party=made["ref"])[0]["costs"] == "120.50"


def test_parties_come_in_pages_with_words_and_without(ada: Caller) -> None:
    for name in ("Orvane Nord", "Orvane Sud", "Grand Orvane"):
        ada.good("add_party", {"name": name})
    for words, names in (("orvane", {"Orvane Nord", "Orvane Sud", "Grand Orvane"}), ("", None)):
        met, cursor = [], ""
        while cursor is not None:
            page = ada.good("list_parties", q=words, limit=1, **({"cursor": cursor} if cursor else {}))
            met += [party["name"] for party in page["items"]]
            cursor = page["next"]
        assert len(met) == len(set(met))
        assert set(met) == names or len(met) == 5


def test_anything_is_found(ada: Caller, lune: House) -> None:
    ref = ada.good("open_a_deal", {"party": "mercure", "title": "Trésorerie"})["ref"]
    kinds = {(hit["kind"], hit["ref"]) for hit in ada.good("search", q="mercure")}
    assert kinds == {("party", "mercure"), ("deal", ref)}
    assert ada.bad("search", q="m") == (422, "wrong_fields")
    assert [hit["kind"] for hit in caller(lune, "Bilal").good("search", q="mercure")] == ["party"]


def test_a_party_read_by_hand_is_read_whole(ada: Caller, lune: House) -> None:
    """What Django does to a value as it comes is done here too: JSON is read, not kept as text."""
    from comptant.ground.database.rows import row_where
    from comptant.ground.parties.models import Party

    made = ada.good("add_party", {"name": "Orvane", "tags": ["bank", "old"]})
    with lune.open():
        Party.objects.filter(firm=lune.firm, id=made["id"]).update(custom={"sector": "steel"}, credit_limit="12.50")
        by_hand = row_where(Party, "r.firm_id = %s AND r.ref = %s", [lune.firm.id, made["ref"]])
        by_django = Party.objects.get(firm=lune.firm, id=made["id"])
        assert by_hand is not None
        assert {name: getattr(by_hand, name) for name in vars(by_django) if not name.startswith("_")} == {
            name: value for name, value in vars(by_django).items() if not name.startswith("_")
        }
