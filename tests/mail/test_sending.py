"""Letters leave through a real mail server: once, later, or never with a reason."""

import threading
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import connection, connections

from comptant.doors.nightly import send_all
from comptant.ground.database.failures import Unable
from comptant.ground.documents.actions import keep
from comptant.ground.firms.models import Identity
from comptant.ground.mail import doctor, sending
from comptant.ground.mail.actions import put
from comptant.ground.mail.models import Message, State
from comptant.ground.mail.post_office import read_address
from comptant.ground.mail.sending import send_waiting
from tests.mailing import free_port
from tests.world import atelier_lune, forge_nord

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def house(db):
    return with_address(atelier_lune())


def with_address(house):
    with house.open():
        Identity.objects.create(firm=house.firm, email="compta@lune.example")
    return house


def letters(house, count=1, **more):
    with house.open():
        return [
            put(house.firm, to=f"client{n}@verger.example", subject=f"Facture {n}", text="Bonjour", kind="invoice",
                key=f"F-{n}", at=NOON, **more)
            for n in range(count)
        ]  # fmt: skip


def state(house, number=0):
    with house.open():
        return Message.objects.get(key=f"F-{number}")


def faults(house):
    with house.open():
        return [check for check in doctor.checks(house.firm) if not check.ok]


def test_a_letter_leaves_with_its_documents(house, post_office):
    with house.open():
        page = keep(house.firm, "F-0.pdf", "application/pdf", b"%PDF-1.7", at=NOON)
    [message] = letters(house, attachments=[page])
    assert send_waiting(house.firm, now=NOON) == 1
    [came] = post_office.letters
    assert came["Message-ID"] == message.message_id and came["Subject"] == "Facture 0"
    assert [part.get_content() for part in came.iter_attachments()] == [b"%PDF-1.7"]
    assert post_office.envelopes == [("compta@lune.example", ["client0@verger.example"])]
    gone = state(house)
    assert (gone.state, gone.tries, gone.last_error) == (State.LEFT, 1, "") and gone.left_at >= NOON
    assert send_waiting(house.firm, now=NOON + MINUTE) == 0 and len(post_office.letters) == 1
    assert faults(house) == []


def test_letters_leave_in_the_order_they_were_put(house, post_office):
    letters(house, 5)
    assert send_waiting(house.firm, now=NOON, limit=3) == 3
    assert send_waiting(house.firm, now=NOON) == 2
    assert [came["Subject"] for came in post_office.letters] == [f"Facture {n}" for n in range(5)]


def test_without_a_mail_server_letters_wait_and_the_doctor_says_so(house, settings):
    settings.SMTP_URL = ""
    letters(house, 3)
    assert send_waiting(house.firm, now=NOON) == 0
    with house.open():
        assert doctor.what_waits(house.firm) == "3 waiting, no COMPTANT_SMTP_URL is set"
    assert state(house).tries == 0


def test_a_demonstration_sends_nothing(db, post_office):
    demo = with_address(atelier_lune(is_demo=True))
    letters(demo)
    assert send_waiting(demo.firm, now=NOON) == 0 and send_all(NOON) == 0
    with demo.open():
        assert doctor.what_waits(demo.firm) == "1 waiting, a demonstration sends nothing"
    assert post_office.letters == []


def test_without_a_sender_letters_wait_until_there_is_one(db, post_office, settings):
    house = atelier_lune()
    letters(house)
    assert send_waiting(house.firm, now=NOON) == 0
    assert "no sender" in state(house).last_error
    settings.MAIL_FROM = "post@comptant.example"
    assert send_waiting(house.firm, now=NOON + 2 * MINUTE) == 1
    assert post_office.letters[0]["From"] == "Atelier Lune <post@comptant.example>"


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_not_now_is_tried_again_later_and_later(house, post_office, command):
    [message] = letters(house)
    post_office.says(command, "451 try again\x07", times=4)
    tried, at = [], NOON
    for _ in range(60):
        before = state(house).tries
        send_waiting(house.firm, now=at)
        if state(house).tries > before:
            tried.append(at)
        at += 5 * MINUTE
    waits = [(later - sooner) / MINUTE for sooner, later in pairwise(tried)]
    # One minute, five, fifteen, sixty, each a little after the try: seen at the next look.
    assert waits == [5, 10, 20, 65]
    assert [came["Message-ID"] for came in post_office.letters] == [message.message_id]
    assert state(house).state == State.LEFT


def test_what_waits_says_why(house, post_office):
    letters(house)
    post_office.says("DATA", "452 mailbox full")
    send_waiting(house.firm, now=NOON)
    waiting = state(house)
    assert (waiting.state, waiting.next_try_at - NOON >= MINUTE) == (State.WAITING, True)
    with house.open():
        assert doctor.what_waits(house.firm) == "1 waiting, the last answer: 452 mailbox full"
    assert faults(house) == []


def test_after_five_days_of_not_now_a_letter_has_failed(house, post_office):
    letters(house)
    post_office.says("RCPT", "450 greylisted", times=2)
    send_waiting(house.firm, now=NOON)
    send_waiting(house.firm, now=NOON + timedelta(days=5, minutes=1))
    assert (state(house).state, state(house).last_error) == (State.FAILED, "450 greylisted")


@pytest.mark.parametrize(
    ("command", "answer"), [("RCPT", "550 no such box"), ("DATA", "554 spam"), ("MAIL", "552 large")]
)
def test_never_is_kept_with_its_reason_and_stops_nobody_else(house, post_office, command, answer):
    letters(house, 3)
    post_office.says(command, answer)
    assert send_waiting(house.firm, now=NOON) == 2
    assert (state(house).state, state(house).last_error) == (State.FAILED, answer)
    send_waiting(house.firm, now=NOON + timedelta(days=1))
    assert [came["Subject"] for came in post_office.letters] == ["Facture 1", "Facture 2"]
    with house.open():
        assert doctor.what_waits(house.firm) == f"1 failed, the last: {answer}"
    assert faults(house) == []


def test_a_sender_the_server_does_not_know_fails_no_letter(house, post_office):
    letters(house)
    post_office.says("MAIL", "553 who are you")
    send_waiting(house.firm, now=NOON)
    assert state(house).state == State.WAITING
    assert send_waiting(house.firm, now=NOON + 5 * MINUTE) == 1


def test_a_server_that_hangs_up_gets_the_same_letter_again(house, post_office):
    letters(house, 2)
    post_office.says("DATA", "hang up")
    assert send_waiting(house.firm, now=NOON) == 1
    assert state(house).state == State.WAITING and state(house).last_error
    assert send_waiting(house.firm, now=NOON + 5 * MINUTE) == 1
    assert sorted(came["Subject"] for came in post_office.letters) == ["Facture 0", "Facture 1"]


def test_a_server_that_is_away_costs_no_try(house, settings):
    port = free_port()
    settings.SMTP_URL = f"smtp://127.0.0.1:{port}"
    letters(house)
    with pytest.raises(Unable) as away:
        send_waiting(house.firm, now=NOON)
    assert away.value.code == "mail_server_away" and away.value.facts["port"] == port
    assert (state(house).state, state(house).tries) == (State.WAITING, 0)


def test_nobody_asks_the_server_when_nothing_waits(house, settings):
    settings.SMTP_URL = f"smtp://127.0.0.1:{free_port()}"
    assert send_waiting(house.firm, now=NOON) == 0
    letters(house)
    assert send_waiting(house.firm, now=NOON - MINUTE) == 0, "put off until noon"


def test_a_firm_sends_so_many_a_minute(house, post_office, settings):
    settings.MAIL_PER_MINUTE = 4
    letters(house, 10)
    assert [send_waiting(house.firm, now=NOON + n * MINUTE / 2) for n in (0, 1, 2.5, 3, 5)] == [4, 0, 4, 0, 2]


def test_one_look_sends_for_every_firm(house, post_office):
    other = with_address(forge_nord())
    letters(house, 2)
    letters(other, 3)
    assert send_all(NOON) == 5


def test_a_letter_whose_sender_died_is_taken_over_with_its_own_id(house, post_office):
    [message] = letters(house)
    with house.open():
        Message.objects.update(state=State.LEAVING, claimed_at=NOON, claimer=12345, tries=1)
    assert send_waiting(house.firm, now=NOON + MINUTE) == 1
    assert post_office.letters[0]["Message-ID"] == message.message_id


@pytest.mark.django_db(transaction=True)
def test_a_letter_whose_sender_lives_is_left_alone_for_ten_minutes(post_office):
    house = with_address(atelier_lune())
    letters(house)
    with house.open():
        Message.objects.update(state=State.LEAVING, claimed_at=NOON, claimer=777, tries=1)
    stranger = connection.copy()
    try:
        with stranger.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, 777)", [sending.CLAIMERS])
        assert send_waiting(house.firm, now=NOON + 9 * MINUTE) == 0
        assert send_waiting(house.firm, now=NOON + 10 * MINUTE) == 1
    finally:
        stranger.close()


@pytest.mark.django_db(transaction=True)
def test_two_senders_share_the_letters_and_send_each_once(post_office):
    house = with_address(atelier_lune())
    letters(house, 40)
    sent, begin = [], threading.Barrier(2)

    def send():
        begin.wait()
        try:
            sent.append(send_waiting(house.firm, now=NOON))
        finally:
            connections.close_all()

    both = [threading.Thread(target=send) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sum(sent) == 40 and min(sent) > 0
    assert len({came["Message-ID"] for came in post_office.letters}) == len(post_office.letters) == 40
    assert faults(house) == []


def test_the_address_of_a_server_is_read():
    server = read_address("smtp://ada%40lune:p%3Ass@mail.example")
    assert (server.host, server.port, server.user, server.password, server.upgrades) == (
        "mail.example", 587, "ada@lune", "p:ss", True,
    )  # fmt: skip
    assert not read_address("smtp://127.0.0.1:25").upgrades and not read_address("smtp://mail.example?tls=no").upgrades
    assert read_address("smtps://mail.example").wraps and read_address("smtps://mail.example").port == 465
    assert "p:ss" not in repr(server)


@pytest.mark.parametrize(
    "url", ["http://mail.example", "smtp://", "mail.example:25", "smtp://x:pass@h:port", "smtp://h?tls=1"]
)
def test_a_bad_address_of_a_server_is_told_without_its_password(url):
    with pytest.raises(Unable) as refused:
        read_address(url)
    assert refused.value.code == "mail_address" and "pass" not in str(refused.value)
