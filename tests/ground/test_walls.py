"""No firm reads, refers to, or writes another's rows; without a firm there are none."""

import psycopg
import pytest
from django.apps import apps
from django.db import IntegrityError, ProgrammingError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from comptant.ground.database.bootstrap import refuse_strong_role
from comptant.ground.database.failures import Unable
from comptant.ground.database.place import ADMIN_ROLE, embedded_url, home_folder
from comptant.ground.database.rows import FirmForeignKey
from comptant.ground.database.scope import current_firm_id, firm_scope
from comptant.ground.database.tables import is_append_only, is_firm, is_owned
from comptant.ground.deals.models import Deal
from comptant.ground.firms.models import Firm, Member
from comptant.ground.journal.models import Act, Posting
from comptant.ground.parties.models import Contact, Party
from tests.ground.conftest import furnish
from tests.ground.filling import fill

ROWS = [model for model in apps.get_models() if is_owned(model)]
WALLED = [model for model in apps.get_models() if is_owned(model) or is_firm(model)]
REFERENCES = [
    field
    for model in ROWS
    for field in model._meta.local_fields
    if isinstance(field, FirmForeignKey) and field.db_constraint
]


def name_of(thing):
    return thing._meta.label if isinstance(thing, type) else str(thing)


@pytest.fixture(scope="module")
def houses(django_db_setup, django_db_blocker):
    """Both firms with a row in every table, made once: in a transaction around those of the tests."""
    with django_db_blocker.unblock():
        around = transaction.atomic()
        around.__enter__()
        firms = []
        for name, ref in (("Atelier Lune", "lune"), ("Forge Nord", "forge")):
            firm = furnish(name, ref)
            with firm_scope(firm.id):
                fill(firm)
            firms.append(firm)
        yield firms
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


@pytest.fixture
def lune(houses, db):
    """Atelier Lune, with a row in every table."""
    return houses[0]


@pytest.fixture
def forge(houses, db):
    """Forge Nord, who must never get in."""
    return houses[1]


def run(statement, params=()):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall() if cursor.description else cursor.rowcount


def copied(model, **changes):
    """INSERT of a copy of one of the rows in sight, with a new id and some columns changed."""
    columns = [f.column for f in model._meta.local_fields if not (is_append_only(model) and f.column == "recorded_at")]
    changed = {"id": "gen_random_uuid()", **changes}
    values = ", ".join(changed.get(column, f'"{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    return f'INSERT INTO "{model._meta.db_table}" ({names}) SELECT {values} FROM "{model._meta.db_table}" LIMIT 1'


@pytest.mark.parametrize("model", WALLED, ids=name_of)
def test_without_a_firm_there_is_nothing(lune, model):
    with firm_scope(lune.id):
        assert model.objects.exists(), "fill() left it empty"
    assert current_firm_id() is None
    assert list(model.objects.all()) == []
    assert run(f"SELECT count(*) FROM {model._meta.db_table}") == [(0,)]


@pytest.mark.parametrize("model", WALLED, ids=name_of)
def test_another_firm_is_not_read(lune, forge, model):
    key = "id" if is_firm(model) else "firm_id"
    with firm_scope(forge.id):
        theirs = model.objects.first().pk
    with firm_scope(lune.id):
        assert run(f"SELECT count(*) FROM {model._meta.db_table} WHERE {key} <> %s", [lune.id]) == [(0,)]
        assert not model.objects.filter(**{key: forge.id}).exists()
        assert not model._base_manager.filter(pk=theirs).exists()


@pytest.mark.parametrize("model", WALLED, ids=name_of)
def test_another_firm_is_not_written(lune, forge, model):
    table, key = model._meta.db_table, "id" if is_firm(model) else "firm_id"
    with firm_scope(lune.id):
        for statement in (f"UPDATE {table} SET {key} = {key}", f"DELETE FROM {table}"):
            if is_append_only(model):
                with pytest.raises(ProgrammingError, match="permission denied"):
                    run(f"{statement} WHERE {key} = %s", [forge.id])
            else:
                assert run(f"{statement} WHERE {key} = %s", [forge.id]) == 0


@pytest.mark.parametrize("model", ROWS, ids=name_of)
def test_no_row_is_given_to_another_firm(lune, forge, model):
    table = model._meta.db_table
    with firm_scope(lune.id):
        with pytest.raises(ProgrammingError, match="row-level security"):
            run(copied(model, firm_id=str(forge.id)))
        refused = "permission denied" if is_append_only(model) else "row-level security"
        with pytest.raises(ProgrammingError, match=refused):
            run(f"UPDATE {table} SET firm_id = %s", [forge.id])


@pytest.mark.parametrize("field", REFERENCES, ids=name_of)
def test_no_row_refers_to_another_firm(lune, forge, field):
    with firm_scope(forge.id):
        theirs = field.remote_field.model.objects.first().pk
    # A table may say no to the pair, or to a second row, before it looks for the one referred to: R4 is proven apart.
    refused = "violates (foreign key|check|unique) constraint"
    with firm_scope(lune.id), pytest.raises(IntegrityError, match=refused):
        if not is_append_only(field.model):
            table = field.model._meta.db_table
            run(f"UPDATE {table} SET {field.column} = %s WHERE id = (SELECT id FROM {table} LIMIT 1)", [theirs])
        elif field.name == "corrects":
            run(copied(Act, seq="999", kind="'corrected'", corrects_id=f"'{theirs}'"))
        elif field.model is Act:
            run(copied(Act, seq="999", kind="'met'", **{field.column: f"'{theirs}'"}))
        else:
            run(copied(field.model, **{field.column: f"'{theirs}'"}))


def test_a_reference_across_firms_ends_in_integrity_error(lune, forge):
    with firm_scope(forge.id):
        theirs = Party.objects.get()
    with firm_scope(lune.id):
        mine = Deal.objects.get(ref="D1")
        for party in (theirs, Party(id=theirs.id, firm=lune)):
            with pytest.raises(IntegrityError), transaction.atomic():
                Deal.objects.create(firm=lune, ref="D9", party=party, currency="EUR")
            mine.party = party
            with pytest.raises(IntegrityError), transaction.atomic():
                mine.save()
        assert mine.firm_id == lune.id
        assert not Deal.objects.filter(ref="D9").exists()


@pytest.mark.parametrize("model", [Act, Posting], ids=name_of)
@pytest.mark.parametrize("verb", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.django_db(databases=["default", "batch"])
def test_acts_and_postings_are_only_added(lune, model, verb):
    for alias in ("default", "batch"):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(alias):
            connections[alias].cursor().execute(verb.format(model._meta.db_table))


@pytest.mark.parametrize("model", WALLED, ids=name_of)
def test_no_table_is_truncated(lune, model):
    with pytest.raises(ProgrammingError, match="permission denied"):
        run(f"TRUNCATE {model._meta.db_table} CASCADE")


def test_the_database_says_when_an_act_was_recorded(lune):
    with firm_scope(lune.id):
        insert = copied(Act, seq="999", kind="'met'", corrects_id="NULL")
        with pytest.raises(ProgrammingError, match="permission denied"):
            run(insert.replace('("id"', '("recorded_at", "id"').replace("SELECT ", "SELECT '2020-01-01', ", 1))
        run(insert)
        recorded_at = Act.objects.get(seq=999).recorded_at
        ((now,),) = run("SELECT clock_timestamp()")
        assert (now - recorded_at).total_seconds() < 10


def test_serving_as_a_superuser_is_refused(embedded):
    with psycopg.connect(embedded_url(home_folder(), ADMIN_ROLE)) as admin:
        with pytest.raises(Unable) as refusal:
            refuse_strong_role(admin)
        assert refusal.value.facts["strength"] == "superuser"


@pytest.mark.parametrize(("role", "strength"), [("comptant_owner", "owner"), ("comptant_batch", "bypassrls")])
def test_serving_as_a_member_of_a_strong_role_is_refused(embedded, django_db_setup, role, strength):
    with psycopg.connect(embedded_url(home_folder(), ADMIN_ROLE)) as admin:
        admin.execute(f"CREATE ROLE probe; GRANT {role} TO probe; SET LOCAL ROLE probe")
        with pytest.raises(Unable) as refusal:
            refuse_strong_role(admin)
        assert refusal.value.facts["strength"] == strength
        admin.rollback()


# What Django sends.


@pytest.fixture
def said(lune):
    """Runs something in Atelier Lune's scope and gives the last statement sent."""

    def said(act):
        with firm_scope(lune.id), CaptureQueriesContext(connection) as captured:
            act()
        statements = [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]
        return statements[-1]

    return said


def test_joins_carry_the_firm(lune, said):
    forward = said(lambda: list(Deal.objects.select_related("party")))
    assert '"deals_deal"."firm_id" = ("parties_party"."firm_id")' in forward
    backward = said(lambda: list(Party.objects.filter(deals__ref="D1")))
    assert '"deals_deal"."firm_id" = ("parties_party"."firm_id")' in backward
    optional = said(lambda: list(Act.objects.select_related("by", "corrects")))
    assert optional.count(f'"firm_id" = {lune.id}') == 1
    assert optional.count('"journal_act"."firm_id" = (') == 2
    outer = said(lambda: list(Party.objects.filter(contacts=None)))
    assert "LEFT OUTER JOIN" in outer
    assert '"parties_contact"."firm_id" = ("parties_party"."firm_id")' in outer or (
        '"parties_party"."firm_id" = ("parties_contact"."firm_id")' in outer
    )


def test_reads_name_the_firm(lune, said):
    named = f'"firm_id" = {lune.id}'
    assert named in said(lambda: list(Deal.objects.all()))
    assert named in said(lambda: Deal.objects.get(ref="D1").party)
    assert named in said(lambda: list(Deal.objects.get(ref="D1").party.deals.all()))
    assert named in said(lambda: list(Deal.objects.prefetch_related("acts")))
    assert named in said(lambda: Deal.objects.get(ref="D1").refresh_from_db())
    assert said(lambda: list(Deal.objects.filter(party__in=Party.objects.all()))).count(named) == 2
    assert named in said(lambda: list(Deal.objects.select_for_update().filter(ref="D1")))


def test_updates_name_the_firm_and_never_write_it(lune, said):
    for update in (
        said(lambda: Party.objects.get().save()),
        said(lambda: Party.objects.update(name="Verger Bio")),
        said(lambda: Party.objects.filter(ref="P1").update(name="Verger")),
    ):
        changes, _, condition = update.partition(" WHERE ")
        assert update.startswith("UPDATE")
        assert "firm_id" not in changes
        assert f'"firm_id" = {lune.id}' in condition


def test_deleting_names_the_firm(lune, said):
    assert f'"firm_id" = {lune.id}' in said(lambda: Contact.objects.all().delete())


def test_many_rows_go_in_by_values(lune, said):
    parties = [Party(firm=lune, ref=f"Q{n}", name="Verger") for n in range(3)]
    insert = said(lambda: Party.objects.bulk_create(parties))
    assert ") VALUES (" in insert
    assert "UNNEST" not in insert.upper()


def test_grouping_names_every_column(lune, said):
    """The database's key is (firm_id, id): PostgreSQL would refuse to group by id alone."""
    from django.db.models import Count

    assert '"deals_deal"."title"' in said(lambda: list(Deal.objects.annotate(n=Count("acts")))).partition("GROUP BY")[2]


# One transaction, one firm.


def test_a_scope_inside_another_must_be_of_the_same_firm(lune, forge):
    with firm_scope(lune.id):
        with firm_scope(lune.id):
            assert Member.objects.filter(name="Ada").count() == 1
        assert Member.objects.filter(name="Ada").count() == 1
        with pytest.raises(RuntimeError, match="one firm"), firm_scope(forge.id):
            pass
        assert current_firm_id() == lune.id
        assert Firm.objects.get() == lune


def test_a_scope_inside_another_may_fail_alone(lune):
    with firm_scope(lune.id):
        with pytest.raises(ZeroDivisionError), firm_scope(lune.id):
            Party.objects.create(firm=lune, ref="P9", name="Verger")
            raise ZeroDivisionError
        assert Party.objects.get().ref == "P1"


def test_after_a_scope_the_wall_is_shut_again_even_within_a_transaction(lune, forge):
    with transaction.atomic():
        with firm_scope(lune.id):
            assert Firm.objects.count() == 1
        assert current_firm_id() is None
        assert Firm.objects.count() == 0
        with firm_scope(forge.id):
            assert Firm.objects.get() == forge
        with pytest.raises(ZeroDivisionError), firm_scope(lune.id):
            raise ZeroDivisionError
        assert Firm.objects.count() == 0


@pytest.mark.parametrize("text", ["1'; SET ROLE comptant_owner; --", "x", None])
def test_a_firm_is_a_number(db, text):
    with pytest.raises((ValueError, TypeError)), firm_scope(text):
        pass
