"""Whatever is in an address or a form, the answer is clear: never a failure, nothing half done, few queries."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comptant.doors import demo
from comptant.ground.firms.models import User
from tests.recovery.late import invoiced
from tests.web.test_pages import MOST_QUERIES, questions, signed_in
from tests.world import MONDAY, atelier_lune

pytestmark = pytest.mark.django_db

F = "/f/atelier-lune"
ODD = (
    "2026-02-30", "0000-01-01", "9999999", "10000-01-01", "0001-01-01", "9999-12-31", "-1", "²", "٣", "1e999", "NaN",
    "\x00", "a\x00b", "'; DROP TABLE deals_deal; --", "%s %(x)s {0} {x}", "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0", "\ud7ff\uffff", "é" * 5000, "../../etc/passwd", "XXX", "BTC", " ", "[]", "\u202e",
)  # fmt: skip
ASKED = {
    "/login/": ("next", "language"),
    "/firms/new/": ("next",),
    f"{F}/": ("as_of",),
    f"{F}/path/": ("as_of", "since", "until", "currency"),
    f"{F}/deals/": ("state", "stage", "of", "sort", "page", "q"),
    f"{F}/deals/D-1/": ("corrected",),
    f"{F}/pipeline/": ("view", "of", "only", "q"),
    f"{F}/deals/new/": ("party", "name"),
    f"{F}/receivables/": ("state", "sort", "page", "q"),
    f"{F}/imports/": ("target", "mapping"),
}


@pytest.fixture
def ada() -> Client:
    """The owner of a firm with one deal."""
    house = atelier_lune()
    with house.open():
        house.opens("D-1", MONDAY, "12000.00", title="<b>&amp;")
    return signed_in("ada", "atelier-lune")


def test_odd_words_in_an_address_show_a_usual_page(ada: Client) -> None:
    for where, names in ASKED.items():
        for value in ODD:
            for asked in ({name: value} for name in names):
                answer = ada.get(where, asked)
                assert answer.status_code in (200, 302), (where, asked, answer.status_code)
                assert b"<script>alert" not in answer.content
                assert value != "9999999" or "Traceback" not in answer.content.decode()


@given(
    st.dictionaries(
        st.sampled_from(["as_of", "since", "until", "currency", "state", "sort", "page", "q"]), st.text(max_size=40)
    )
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_words_at_all(ada: Client, asked: dict[str, str]) -> None:
    for where in (f"{F}/path/", f"{F}/deals/", f"{F}/receivables/"):
        assert ada.get(where, asked).status_code == 200


@pytest.mark.parametrize(
    "ref", ["%00", "a%00b", "x" * 4000, "..%2f..", "%ff%fe", "D-1%0d%0aSet-Cookie:x", "∞", "a/b/c", "%252e"]
)
def test_a_deal_or_firm_that_is_no_name_is_not_found(ada: Client, ref: str) -> None:
    assert ada.get(f"{F}/deals/{ref}/").status_code == 404
    assert ada.get(f"/f/{ref}/").status_code == 404
    assert ada.get(f"{F}/imports/{ref}/").status_code == 404


def test_a_wrong_date_is_told_and_the_days_turned_round(ada: Client) -> None:
    for value in ("2026-02-30", "0000-01-01", "9999999", "2026-13-01"):
        assert 'id="dates-error"' in ada.get(f"{F}/path/", {"as_of": value}).content.decode(), value
    text = ada.get(f"{F}/path/", {"since": "2026-05-01", "until": "2026-04-01"}).content.decode()
    assert 'id="dates-error"' in text
    assert text.index('value="2026-04-01"') < text.index('value="2026-05-01"')


def test_a_page_beyond_the_last_says_there_is_nothing(ada: Client) -> None:
    answer = ada.get(f"{F}/deals/", {"page": "199"})
    assert answer.status_code == 200
    assert 'class="empty"' in answer.content.decode()


def test_odd_words_in_a_form_are_answered(ada: Client) -> None:
    for value in ODD:
        forms = {
            "/login/": {"email": value, "password": value},
            "/firms/new/": {"name": value * 60, "place": value},
            f"{F}/imports/": {"target": value, "mapping": value, "pasted": value},
        }
        for where, said in forms.items():
            answer = ada.post(where, said)
            assert answer.status_code in (302, 422, 429), (where, value, answer.status_code)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("header.csv", b"ref;client;amount\n"),
        ("nul.csv", b"ref;client\nA\x00;Lune\n"),
        ("twice.csv", b"ref;ref;client\nA;B;C\n"),
        ("../../../etc/passwd", b"ref;client\nA1;Lune\n"),
        ("quote.csv", b'ref;client\n"A1;Lune\n' * 50),
        ("wide.csv", b";".join(b"c%d" % n for n in range(3000)) + b"\n1\n"),
        ("utf16.csv", "ref;client\nA1;Lune\n".encode("utf-16")),
        ("bomb.xlsx", b"PK\x03\x04" + b"\x00" * 500),
        ("odd\x00\r\nname.csv", b"ref;client\nA1;Lune\n"),
        ("long.csv", b"ref;client\n" + b"x" * 2_000_000 + b";Lune\n"),
        ("formula.csv", b"ref;client;amount\n=1+1;@SUM(A1);1\n"),
        ("stage.csv", b"ref;client;stage;status;currency;amount\nA1;Lune;nowhere;maybe;ZZZ;1e9\n"),
    ],
)
def test_a_file_is_read_or_told_why_not(ada: Client, name: str, content: bytes) -> None:
    answer = ada.post(f"{F}/imports/", {"target": "deals", "file": SimpleUploadedFile(name, content)})
    assert answer.status_code in (302, 422), answer.status_code
    if answer.status_code == 302:
        where = answer.headers["Location"]
        shown = ada.get(where)
        assert shown.status_code in (200, 422)
        assert "=1+1" not in shown.content.decode() or "<select" in shown.content.decode()
        columns = {
            "header": ["ref", "nothing", "\x00"],
            "column-0": "net",
            "column-1": "ref",
            "column-2": "<x>",
            "dates": "%q",
        }
        assert ada.post(where, columns).status_code == 302
        assert ada.get(where).status_code in (200, 422)
        assert ada.post(f"{where}loading/", {"skip_bad": "perhaps"}).status_code in (302, 422)


def test_a_body_too_large_is_refused_in_words(ada: Client) -> None:
    answer = ada.post(f"{F}/imports/", {"target": "deals", "pasted": "x" * 3_000_000})
    assert answer.status_code in (400, 413, 422)
    assert "Rien n’a été enregistré" in answer.content.decode()
    answer = ada.post(f"{F}/imports/", {f"field{n}": "x" for n in range(2000)})
    assert answer.status_code in (400, 413, 422)


def test_loading_twice_is_not_found_the_second_time(ada: Client) -> None:
    where = ada.post(
        f"{F}/imports/", {"target": "deals", "pasted": "ref;client;opened_on;amount\nA1;Lune;2026-03-01;10\n"}
    ).headers["Location"]
    assert ada.post(f"{where}loading/").status_code == 302
    assert ada.post(f"{where}loading/").status_code == 404
    text = ada.get(f"{F}/deals/").content.decode()
    assert text.count(f'href="{F}/deals/A1/"') == 1


def test_the_pages_of_a_full_firm_ask_few_questions() -> None:
    assert demo.create_demo()
    client = Client()
    client.force_login(User.objects.get(email=demo.cast.EMAIL), "django.contrib.auth.backends.ModelBackend")
    home = f"/f/{demo.REF}"
    client.get(f"{home}/imports/")
    cache.clear()
    for where in (
        "/path/?as_of=2026-01-31&since=2025-01-01", "/path/", "/deals/", "/deals/?state=vanished&page=1",
        "/deals/?q=conseil", "/deals/?state=cashed", "/receivables/", "/receivables/?q=a", "/deals/A-084/",
        "/deals/A-167/", "/deals/A-087/",
    ):  # fmt: skip
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(home + where)
        assert answer.status_code == 200
        assert len(questions(asked)) <= MOST_QUERIES, (where, len(questions(asked)))


@pytest.mark.parametrize("day", ["0001-01-01", "1969-12-31", "2200-01-01"])
def test_a_day_that_no_firm_lives_is_refused_and_the_firm_goes_on(day: str) -> None:
    house = atelier_lune()
    with house.open():
        house.opens("D-1", MONDAY, "12000.00")
        invoice = invoiced(house)
    ada, here = signed_in("ada", "atelier-lune"), "/f/atelier-lune/"
    for where, said in (
        ("deals/D-1/decision-date/", {"decision_on": day, "agreed_with": "Paul"}),
        ("deals/D-1/hold/", {"wake_on": day, "reason": "budget"}),
        ("deals/D-1/costs/", {"amount": "12", "label": "train", "on": day}),
        (f"invoices/{invoice.id}/payment/", {"amount": "100", "on": day, "received_on": day}),
        ("settings/closures/", {"first_on": day, "last_on": day}),
        ("settings/tokens/", {"name": "x", "scopes": ["read"], "expires_on": day}),
    ):
        assert ada.post(f"{here}{where}", said).status_code == 422, where
    for page in ("", "deals/D-1/", "invoices/", "settings/"):
        assert ada.get(f"{here}{page}").status_code == 200


def test_what_has_no_stage_is_moved_to_none() -> None:
    house = atelier_lune()
    with house.open():
        invoiced(house)
    assert signed_in("ada", "atelier-lune").post("/f/atelier-lune/deals/deal of F-1/stage/").status_code == 422
