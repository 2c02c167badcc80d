"""One's own account: what is saved, what wants the password again, the second step in all its turns."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pyotp
import pytest
from django.test import Client
from django.utils import timezone

from comptant.ground.access import second_step
from comptant.ground.access.models import RecoveryCode, SecondStep
from comptant.ground.firms.models import User
from comptant.ground.refusals import Refusal
from tests.web.test_pages import signed_in
from tests.world import PASSWORD, House, atelier_lune, forge_nord

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, tzinfo=timezone.get_default_timezone())
EMAIL = "ada@atelier-lune.example"


@pytest.fixture
def lune() -> House:
    """Atelier Lune."""
    return atelier_lune()


def ada() -> User:
    """Who owns it."""
    return User.objects.get(email=EMAIL)


def give_a_second_step(user: User, at: datetime | None = None) -> tuple[str, list[str]]:
    """The secret of their authenticator, and their recovery codes. Its code of two minutes ago is used up."""
    before = (at or timezone.now()) - timedelta(minutes=2)
    secret = second_step.begin(user, at=before)
    return secret, second_step.confirm(user, code_of(secret, before), at=before)


def code_of(secret: str, at: datetime | None = None) -> str:
    """What the authenticator shows."""
    return pyotp.TOTP(secret).at(at or timezone.now())


def give_password(client: Client) -> str:
    """The password is given; where that leads."""
    said = {"email": EMAIL, "password": PASSWORD, "next": "/f/atelier-lune/path/"}
    return client.post("/login/", said).headers["Location"]


def test_name_language_and_keys_are_saved(lune: House) -> None:
    client = signed_in("ada", "atelier-lune")
    assert client.get("/account/?back=/f/atelier-lune/").status_code == 200
    answer = client.post("/account/", {"name": "Ada L.", "language": "en"})
    assert answer.headers["Location"] == "/account/"
    assert (ada().name, ada().language, ada().keys_off) == ("Ada L.", "en", True)
    text = client.get("/account/").content.decode()
    assert '<html lang="en">' in text
    assert "Saved." in text
    assert 'href="/f/atelier-lune/"' in text
    assert 'data-keys="off"' in client.get("/f/atelier-lune/path/").content.decode()
    client.post("/account/", {"name": "Ada L.", "language": "", "keys": "on"})
    assert 'data-keys="off"' not in client.get("/f/atelier-lune/path/").content.decode()
    assert client.post("/account/", {"name": "", "language": "xx"}).status_code == 422


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example/", "/f//elsewhere\\@x", "\x00"])
def test_the_way_back_never_leads_elsewhere(lune: House, back: str) -> None:
    client = signed_in("ada", "atelier-lune")
    assert "elsewhere.example" not in client.get("/account/", {"back": back}).content.decode()


def test_the_password_changes_with_the_password(lune: House) -> None:
    client, elsewhere = signed_in("ada", "atelier-lune"), signed_in("ada", "atelier-lune")
    wrong = client.post("/account/password/", {"password": "no", "new": "another long enough one"})
    assert wrong.status_code == 422
    assert 'aria-invalid="true"' in wrong.content.decode()
    assert client.post("/account/password/", {"password": PASSWORD, "new": "12345678"}).status_code == 422
    done = client.post("/account/password/", {"password": PASSWORD, "new": "another long enough one"})
    assert done.status_code == 302
    assert client.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302
    assert Client().post("/login/", {"email": EMAIL, "password": "another long enough one"}).status_code == 302


def test_guessing_the_password_of_an_open_session_ends(lune: House) -> None:
    client = signed_in("ada", "atelier-lune")
    for _ in range(10):
        client.post("/account/password/", {"password": "no", "new": "another long enough one"})
    answer = client.post("/account/password/", {"password": PASSWORD, "new": "another long enough one"})
    assert answer.status_code == 422
    assert ada().check_password(PASSWORD)


def test_the_second_step_is_laid_by_its_first_code(lune: House) -> None:
    client = signed_in("ada", "atelier-lune")
    text = client.get("/account/second-step/").content.decode()
    assert "<svg" in text
    assert "style=" not in text
    secret = re.sub(r"\s", "", re.search(r'class="mono secret">([A-Z2-7 ]+)<', text)[1])  # type: ignore[index]
    assert client.post("/account/second-step/", {"code": "000000"}).status_code == 422
    assert not second_step.is_asked(ada())
    assert secret in client.get("/account/second-step/").content.decode().replace(" ", "")
    told = client.post("/account/second-step/", {"code": code_of(secret)}).content.decode()
    codes = re.findall(r'<code class="mono">(\w{5}-\w{5})</code>', told)
    assert len(codes) == 10
    assert second_step.is_asked(ada())
    assert client.get("/account/second-step/").status_code == 302
    assert bytes(SecondStep.objects.get().secret).find(secret.encode()) == -1
    assert all(len(bytes(row.code_hash)) == 32 for row in RecoveryCode.objects.all())


def test_the_password_alone_no_longer_opens_a_session(lune: House) -> None:
    secret, _ = give_a_second_step(ada())
    client = Client()
    assert give_password(client) == "/login/code/"
    assert client.get("/f/atelier-lune/path/").status_code == 302
    assert client.post("/login/code/", {"code": "12345"}).status_code == 422
    answer = client.post("/login/code/", {"code": code_of(secret)})
    assert answer.headers["Location"] == "/f/atelier-lune/path/"
    assert client.get("/f/atelier-lune/path/").status_code == 200


def test_a_code_opens_once(lune: House) -> None:
    secret, recovery = give_a_second_step(ada())
    now = code_of(secret)
    for code in (now, recovery[0], recovery[1].upper().replace("-", " ")):
        client = Client()
        give_password(client)
        assert client.post("/login/code/", {"code": code}).status_code == 302, code
    client = Client()
    give_password(client)
    assert client.post("/login/code/", {"code": now}).status_code == 422
    assert client.post("/login/code/", {"code": recovery[0]}).status_code == 422
    assert second_step.codes_left(ada()) == 8


def test_guessing_codes_ends(lune: House) -> None:
    secret, _ = give_a_second_step(ada())
    client = Client()
    give_password(client)
    for _ in range(5):
        client.post("/login/code/", {"code": "000000"})
    answer = client.post("/login/code/", {"code": code_of(secret)})
    assert answer.status_code == 422
    assert client.get("/account/").status_code == 302


def test_the_code_wants_the_password_first_and_soon(lune: House) -> None:
    give_a_second_step(ada())
    assert Client().get("/login/code/").headers["Location"] == "/login/"
    client = Client()
    give_password(client)
    session = client.session
    session["second_step_of"] = {**session["second_step_of"], "at": NOON.isoformat()}
    session.save()
    assert client.post("/login/code/", {"code": "000000"}).headers["Location"] == "/login/"


def test_a_password_changed_meanwhile_waits_for_no_code(lune: House) -> None:
    secret, _ = give_a_second_step(ada())
    client, user = Client(), ada()
    give_password(client)
    user.set_password("another long enough one")
    user.save(update_fields=["password"])
    assert client.post("/login/code/", {"code": code_of(secret)}).headers["Location"] == "/login/"


def test_a_code_of_before_or_much_later_is_refused(lune: House) -> None:
    secret, _ = give_a_second_step(ada(), NOON)
    second_step.check(ada(), code_of(secret, NOON), at=NOON)
    for earlier in (NOON, NOON - timedelta(seconds=30)):
        with pytest.raises(Refusal):
            second_step.check(ada(), code_of(secret, earlier), at=NOON + timedelta(seconds=20))
    with pytest.raises(Refusal):
        second_step.check(ada(), code_of(secret, NOON + timedelta(minutes=5)), at=NOON)
    for odd in ("", "٣٣٣٣٣٣", "１２３４５６", "a" * 500, "\x00"):
        with pytest.raises(Refusal):
            second_step.check(ada(), odd, at=NOON)


def test_the_second_step_goes_away_with_the_password_alone_of_its_owner(lune: House) -> None:
    client = signed_in("ada", "atelier-lune")
    _, before = give_a_second_step(ada())
    assert client.post("/account/second-step/removal/", {"password": "no"}).status_code == 422
    assert client.post("/account/recovery-codes/", {"password": "no"}).status_code == 422
    told = client.post("/account/recovery-codes/", {"password": PASSWORD}).content.decode()
    assert before[0] not in told
    with pytest.raises(Refusal):
        second_step.check(ada(), before[0], at=timezone.now())
    assert client.post("/account/second-step/removal/", {"password": PASSWORD}).status_code == 302
    assert not second_step.is_asked(ada())
    assert not RecoveryCode.objects.exists()
    assert give_password(Client()) == "/f/atelier-lune/path/"


def test_another_s_authenticator_is_another_s(lune: House) -> None:
    forge_nord()
    zoe = User.objects.get(email="zoé@forge-nord.example")
    secret, codes = give_a_second_step(zoe)
    give_a_second_step(ada())
    for code in (code_of(secret), codes[0]):
        with pytest.raises(Refusal):
            second_step.check(ada(), code, at=timezone.now())


def test_another_secret_key_opens_nothing_sealed(lune: House, settings: object) -> None:
    secret, _ = give_a_second_step(ada())
    settings.SECRET_KEY = "x" * 60  # type: ignore[attr-defined]
    with pytest.raises(Refusal, match="sealed_elsewhere"):
        second_step.check(ada(), code_of(secret), at=timezone.now())
