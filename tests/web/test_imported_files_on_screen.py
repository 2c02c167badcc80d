"""Maven and IBM once imported: what each screen says equals what ``comptant path`` and ``comptant pipeline`` print."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from comptant.ground.database.scope import firm_scope
from comptant.ground.firms.actions import add_member
from comptant.ground.firms.models import Firm, Role, User
from comptant.ground.firms.queries import OPERATOR, get_firm, memberships_of
from tests.imports.commands import balances, command

pytestmark = [pytest.mark.shared_data, pytest.mark.django_db]

FILES = {
    "maven": ("deals", "sales/maven_crm/sales_pipeline.csv"),
    "ibm": ("invoices", "receivables/ibm_ar/WA_Fn-UseC_-Accounts-Receivable.csv"),
}
PAGES = ("", "path/", "pipeline/?view=board", "deals/", "receivables/", "invoices/", "clients/", "forecast/", "offers/")
LINE = re.compile(r'data-state="(\w+)"[^>]*>.*?<b class="amount">([^<]*)</b>')


def whole(net: str) -> int:
    """An amount as the line writes it: to the unit."""
    return int(Decimal(net).quantize(Decimal(1), ROUND_HALF_EVEN))


def digits(text: str) -> int:
    """What a figure on a page says, cents left out."""
    return int(re.sub(r"\D", "", text.partition(",")[0]) or 0)


def owner_of_all() -> tuple[Firm, Client]:
    """The firm that the import founded, and a browser of somebody who owns it."""
    (membership,) = memberships_of(OPERATOR)
    with firm_scope(membership.firm_id):
        firm = get_firm(membership.firm_id)
        user = User.objects.create_user("ada@lune.example", None, name="Ada", language="fr")
        add_member(firm, user, Role.OWNER)
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return firm, client


@pytest.mark.parametrize("name", FILES)
def test_every_screen_says_what_the_commands_print(
    shared_data: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    target, file = FILES[name]
    code, _ = command(capsys, "import", target, shared_data / file, "--mapping", name)
    assert code == 0
    command(capsys, "nightly")
    firm, client = owner_of_all()
    today = firm.today(timezone.now()).isoformat()
    stands = {account: whole(held[0]) for account, held in balances(capsys, today).items()}
    for page in PAGES:
        answer = client.get(f"/f/{firm.ref}/{page}")
        assert answer.status_code == 200, page
        line = {state: digits(said) for state, said in LINE.findall(answer.content.decode())}
        assert line, page
        assert line == {state: stands.get(state, 0) for state in line}, page
    _, pipeline = command(capsys, "pipeline")
    board = client.get(f"/f/{firm.ref}/pipeline/?view=board").content.decode()
    (total,) = re.findall(r'<h1>[^<]*<span class="amount" data-state="hoped">([^<]*)', board)
    assert digits(total) == whole(pipeline["value"])
