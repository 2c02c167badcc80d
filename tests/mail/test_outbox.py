"""A letter is put once, with the act it tells, and says nothing that its sender did not write."""

from datetime import UTC, datetime

import pytest
from django.db import transaction

from comptant.ground.documents.actions import keep
from comptant.ground.mail.actions import put
from comptant.ground.mail.letters import Link, Row, render_letter
from comptant.ground.mail.models import Message, State
from comptant.ground.mail.writing import written
from comptant.ground.refusals import Refusal
from tests.world import atelier_lune, forge_nord

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def house(db):
    return atelier_lune()


def letter(house, **more):
    said = {"to": "paul@verger.example", "subject": "Facture", "text": "Bonjour", "kind": "invoice", "key": "F-1"}
    return put(house.firm, **{**said, "at": NOON, **more})


def as_sent(house, message):
    return written(house.firm, message, come_from="compta@lune.example", answers_to="compta@lune.example")


def test_a_letter_waits_and_says_whom_it_tells(house):
    with house.open():
        message = letter(house, party=house.clients["mercure"], by=house.people["Ada"])
        message.refresh_from_db()
        assert (message.state, message.tries, message.next_try_at) == (State.WAITING, 0, NOON)
        assert message.party == house.clients["mercure"] and message.by == house.people["Ada"]


def test_the_same_key_is_the_letter_put_first(house):
    with house.open():
        first = letter(house, attachments=[keep(house.firm, "a.pdf", "application/pdf", b"a", at=NOON)])
        other = keep(house.firm, "b.pdf", "application/pdf", b"b", at=NOON)
        again = letter(house, subject="Autre", attachments=[other])
        assert (again.id, again.subject, again.message_id) == (first.id, "Facture", first.message_id)
        assert [one.document.name for one in again.attachments.all()] == ["a.pdf"]
        assert letter(house, key="F-2").message_id != first.message_id


def test_a_letter_goes_with_its_act_or_not_at_all(house):
    with house.open():
        with pytest.raises(RuntimeError, match="the act failed"), transaction.atomic():
            letter(house)
            raise RuntimeError("the act failed")
        assert Message.objects.count() == 0


def test_two_firms_may_use_the_same_key(house):
    other = forge_nord()
    with house.open():
        letter(house)
    with other.open():
        assert letter(other).subject == "Facture" and Message.objects.count() == 1


@pytest.mark.parametrize(
    "address",
    ["", "paul", "paul@", "@verger.example", "paul@verger", "a b@verger.example",
     "paul@verger.example\nBcc: zoe@x.example",
     "paul@verger.example\r\nx", "paul\x00@verger.example", "paul@verger.example, zoe@x.example",
     "Paul <paul@verger.example>", "pául@verger.example", f"{'x' * 250}@verger.example"],
)  # fmt: skip
@pytest.mark.parametrize("field", ["to", "reply_to"])
def test_what_is_no_address_is_refused(house, address, field):
    if field == "reply_to" and not address:
        return
    with house.open(), pytest.raises(Refusal) as refused:
        letter(house, **{field: address})
    assert refused.value.code == "bad_address" and "\n" not in refused.value.facts["address"]


@pytest.mark.parametrize("field", ["subject", "to_name"])
@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r", "\x0b", "\u2028", "\x85", "\x00"])
def test_no_header_comes_in_by_a_name_or_a_subject(house, field, line_end):
    with house.open():
        message = letter(house, **{field: f"Facture{line_end}Bcc: zoe@forge.example"})
        sent = as_sent(house, message)
    assert sent["Bcc"] is None and len(sent.as_bytes().split(b"\r\n\r\n")[0].splitlines()) == len(
        as_sent(house, message).as_bytes().split(b"\r\n\r\n")[0].splitlines()
    )
    assert "Bcc" not in sent.keys()  # noqa: SIM118 - a letter is no dictionary
    assert "Facture Bcc: zoe@forge.example" in str(sent["Subject" if field == "subject" else "To"])


def test_a_letter_is_written_as_mail_asks(house):
    with house.open():
        page = keep(house.firm, "Facture n° 1, émise.pdf", "application/pdf", b"%PDF-1.7\x00\xff", at=NOON)
        message = letter(
            house, to="emile@crème.example", to_name="Émile, d’Œuvre", subject="Échéance : " + "é" * 200,
            text="Bonjour\n" + "très long " * 300, html="<p>" + "é" * 3000 + "</p>", attachments=[page],
        )  # fmt: skip
        sent = as_sent(house, message)
        raw = sent.as_bytes()
        assert raw == as_sent(house, message).as_bytes(), "the same letter, whenever it is written"
    assert all(len(line) <= 998 for line in raw.split(b"\r\n")) and raw.isascii()
    assert sent["To"].addresses[0].display_name == "Émile, d’Œuvre"
    assert sent["To"].addresses[0].addr_spec == "emile@xn--crme-6oa.example"
    assert sent["From"].addresses[0].display_name == "Atelier Lune"
    assert sent["Message-ID"] == message.message_id and sent["Date"].datetime == NOON
    [attached] = sent.iter_attachments()
    assert attached.get_filename() == "Facture n° 1, émise.pdf" and attached.get_content() == b"%PDF-1.7\x00\xff"


def test_an_answer_goes_to_the_firm_when_the_installation_sends(house):
    with house.open():
        message = letter(house)
        own = as_sent(house, message)
        lent = written(house.firm, message, come_from="post@comptant.example", answers_to="compta@lune.example")
        asked = letter(house, key="F-2", reply_to="ada@lune.example")
        assert own["Reply-To"] is None and lent["Reply-To"] == "compta@lune.example"
        assert as_sent(house, asked)["Reply-To"] == "ada@lune.example"


def test_a_letter_looks_the_same_in_words_and_in_colour():
    text, html = render_letter(
        subject="F-1 : <b>échue</b>", language="fr",
        paragraphs=["Bonjour Monsieur <Sarrazin>,", "La facture est échue. **Quelque chose vous empêche-t-il ?**"],
        rows=[Row("F-1", "6 912,00 €"), Row("À payer", "7 030,23 €", is_total=True)],
        links=[Link("Payer", "https://comptant.example/r/x/?a=1&b=2"), Link("Je conteste", "https://comptant.example/r/x/#c")],
        after=["Le reste reste dû."], signature=["Camille Roussel", "Atelier Lune"], foot="Relance 2.", code="123456",
    )  # fmt: skip
    for said in ("Monsieur <Sarrazin>", "Quelque chose vous empêche-t-il ?", "F-1 : 6 912,00 €", "?a=1&b=2",
                 "Relance 2.", "123456", "Camille Roussel\nAtelier Lune"):  # fmt: skip
        assert said in text, said
    assert "**" not in text and "<strong>Quelque chose vous empêche-t-il ?</strong>" in html
    assert "&lt;Sarrazin&gt;" in html and "<Sarrazin>" not in html and "<b>échue" not in html
    assert 'href="https://comptant.example/r/x/?a=1&amp;b=2"' in html and html.count('class="primary"') == 1
    assert all(len(line) <= 76 for line in text.splitlines() if "http" not in line)
    assert not html.startswith("\n") and "{#" not in html
