"""Finding who owes what a bank line names, among a million invoices, under row-level security.

A condition on what is drawn from a number may leak, and so cannot use an index behind the policy. This function runs
as the tables' owner and filters on the firm of the transaction itself: see docs/decisions/0013-search-past-the-wall.md.
"""

from string import ascii_uppercase

from django.conf import settings
from django.db import migrations

FIRM = "nullif(current_setting('app.firm', true), '')::bigint"
SIGNS = " -/_.:#()+*,;&"
OTHERS = ascii_uppercase + SIGNS
BLANKS = " " * len(OTHERS)
OPEN = "(open_net > 0 OR open_tax > 0)"
JOINED = f"translate(upper(number), '{SIGNS}', '')"
LAST_RUN = f"split_part(rtrim(translate(upper(number), '{OTHERS}', '{BLANKS}')), ' ', -1)"

INDEXES = {
    "invoice_near_number": f"invoices_invoice (firm_id, ({JOINED})) WHERE {OPEN}",
    "invoice_near_digits": f"invoices_invoice (firm_id, ({LAST_RUN})) WHERE {OPEN}",
    "invoice_near_amount": f"invoices_invoice (firm_id, (open_net + open_tax)) WHERE {OPEN}",
    "party_by_iban": "parties_party (firm_id, iban) WHERE iban <> ''",
}

NEAR = f"""
CREATE FUNCTION payments_near(words text[], runs text[], sums numeric[], most int)
RETURNS TABLE (party uuid) LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off AS $body$
DECLARE
  firm bigint := {FIRM};
BEGIN
  RETURN QUERY
    (SELECT p.party_id FROM invoices_invoice p WHERE p.firm_id = firm AND {OPEN} AND {JOINED} = ANY(words) LIMIT most)
    UNION
    (SELECT p.party_id FROM invoices_invoice p WHERE p.firm_id = firm AND {OPEN} AND {LAST_RUN} = ANY(runs) LIMIT most)
    UNION
    (SELECT p.party_id FROM invoices_invoice p WHERE p.firm_id = firm AND {OPEN} AND open_net + open_tax = ANY(sums)
     LIMIT most);
END
$body$
"""
SIGNATURE = "payments_near(text[], text[], numeric[], int)"


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0002_lines_set_aside"),
        ("invoices", "0003_who_owes"),
        ("parties", "0003_documents_need"),
    ]

    operations = [
        *(migrations.RunSQL(f"CREATE INDEX {name} ON {of}", f"DROP INDEX {name}") for name, of in INDEXES.items()),
        migrations.RunSQL(NEAR, f"DROP FUNCTION {SIGNATURE}"),
        migrations.RunSQL(f"REVOKE ALL ON FUNCTION {SIGNATURE} FROM PUBLIC", migrations.RunSQL.noop),
        migrations.RunSQL(f"GRANT EXECUTE ON FUNCTION {SIGNATURE} TO {settings.APP_ROLE}", migrations.RunSQL.noop),
    ]
