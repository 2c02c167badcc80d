"""Finding a party by any part of its name, among a million, under row-level security.

A condition that may leak, such as LIKE, is applied after the policy and so cannot use an index. These two functions
run as the tables' owner, whom no policy concerns, and filter on the firm of the transaction themselves: see
docs/decisions/0013-search-past-the-wall.md. One statement each (R14).
"""

from django.conf import settings
from django.db import migrations

FIRM = "nullif(current_setting('app.firm', true), '')::bigint"

INDEXES = {
    "party_by_name": '(firm_id, (lower(name) COLLATE "C"), id)',
    "party_by_domain": "(firm_id, (split_part(lower(email), '@', 2) COLLATE \"C\")) WHERE email <> ''",
    "party_by_siren": "(firm_id, (siren COLLATE \"C\")) WHERE siren <> ''",
}

BEGINNING = f"""
CREATE FUNCTION prospects_beginning(wanted text, digits text, after uuid, most int)
RETURNS TABLE (id uuid, key text) LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $body$
DECLARE
  firm bigint := {FIRM};
  after_name text := coalesce((SELECT lower(p.name) FROM parties_party p WHERE p.firm_id = firm AND p.id = after), '');
  pattern text := replace(replace(replace(lower(wanted), '\\', '\\\\'), '%', '\\%'), '_', '\\_') || '%';
BEGIN
  RETURN QUERY EXECUTE $query$
    (SELECT p.id, lower(p.name) COLLATE "C" AS key FROM parties_party p
     WHERE p.firm_id = $1 AND lower(p.name) COLLATE "C" LIKE $2 AND (lower(p.name) COLLATE "C", p.id) > ($4, $5)
     ORDER BY lower(p.name) COLLATE "C", p.id LIMIT $6)
    UNION
    (SELECT p.id, lower(p.name) COLLATE "C" FROM parties_party p
     WHERE p.firm_id = $1 AND p.email <> '' AND split_part(lower(p.email), '@', 2) COLLATE "C" LIKE $2
       AND (lower(p.name) COLLATE "C", p.id) > ($4, $5) ORDER BY 2, 1 LIMIT $6)
    UNION
    (SELECT p.id, lower(p.name) COLLATE "C" FROM parties_party p
     WHERE $3 <> '' AND p.firm_id = $1 AND p.siren <> '' AND p.siren COLLATE "C" LIKE $3 || '%'
       AND (lower(p.name) COLLATE "C", p.id) > ($4, $5) ORDER BY 2, 1 LIMIT $6)
    ORDER BY 2, 1 LIMIT $6
  $query$ USING firm, pattern, digits, after_name, after, most;
END
$body$
"""

HOLDING = f"""
CREATE FUNCTION prospects_holding(wanted text, folded text, after uuid, most int)
RETURNS TABLE (id uuid, key text) LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off AS $body$
DECLARE
  firm bigint := {FIRM};
  after_name text := coalesce((SELECT lower(p.name) FROM parties_party p WHERE p.firm_id = firm AND p.id = after), '');
  plain text := replace(replace(replace(lower(wanted), '\\', '\\\\'), '%', '\\%'), '_', '\\_');
  matched text := CASE WHEN folded = '' THEN 'lower(p.name) LIKE $2' ELSE 'lower(p.name) ~ $3' END;
BEGIN
  RETURN QUERY EXECUTE 'SELECT t.id, t.key FROM (
      SELECT p.id, lower(p.name) COLLATE "C" AS key FROM parties_party p
      WHERE p.firm_id = $1 AND ' || matched || ' LIMIT 1000) t
    WHERE NOT (t.key LIKE $4) AND (t.key, t.id) > ($5, $6) ORDER BY 2, 1 LIMIT $7'
  USING firm, '%' || plain || '%', folded, plain || '%', after_name, after, most;
END
$body$
"""

SIGNATURES = {
    BEGINNING: "prospects_beginning(text, text, uuid, int)",
    HOLDING: "prospects_holding(text, text, uuid, int)",
}


def _index(name: str, of: str) -> migrations.RunSQL:
    return migrations.RunSQL(f"CREATE INDEX {name} ON parties_party {of}", f"DROP INDEX {name}")


def _function(body: str, signature: str) -> list[migrations.RunSQL]:
    return [
        migrations.RunSQL(body, f"DROP FUNCTION {signature}"),
        migrations.RunSQL(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC", migrations.RunSQL.noop),
        migrations.RunSQL(f"GRANT EXECUTE ON FUNCTION {signature} TO {settings.APP_ROLE}", migrations.RunSQL.noop),
    ]


class Migration(migrations.Migration):
    dependencies = [("parties", "0003_documents_need"), ("prospects", "0001_solvency")]

    operations = [
        *(_index(name, of) for name, of in INDEXES.items()),
        *(operation for body, signature in SIGNATURES.items() for operation in _function(body, signature)),
    ]
