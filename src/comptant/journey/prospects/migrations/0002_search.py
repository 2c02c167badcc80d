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

HOLDING = f"""
CREATE FUNCTION prospects_holding(wanted text, folded text, after uuid, most int)
RETURNS TABLE (id uuid) LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off AS $body$
DECLARE
  firm bigint := {FIRM};
  holds text := '%' || replace(replace(replace(lower(wanted), '\\', '\\\\'), '%', '\\%'), '_', '\\_') || '%';
  after_key text COLLATE "C" := coalesce(
    (SELECT lower(p.name) FROM parties_party p WHERE p.firm_id = firm AND p.id = after), '');
BEGIN
  RETURN QUERY SELECT t.id FROM (
      SELECT p.id, lower(p.name) COLLATE "C" AS key FROM parties_party p
      WHERE p.firm_id = firm AND lower(p.name) LIKE holds LIMIT 1000) t
    WHERE NOT starts_with(t.key, lower(wanted)) AND (t.key, t.id) > (after_key, after) ORDER BY t.key, t.id LIMIT most;
  IF NOT FOUND AND NOT EXISTS (
      SELECT FROM parties_party p WHERE p.firm_id = firm AND lower(p.name) LIKE holds) THEN
    RETURN QUERY SELECT t.id FROM (
        SELECT p.id, lower(p.name) COLLATE "C" AS key FROM parties_party p
        WHERE p.firm_id = firm AND lower(p.name) ~ folded LIMIT 1000) t
      WHERE (t.key, t.id) > (after_key, after) ORDER BY t.key, t.id LIMIT most;
  END IF;
END
$body$
"""

BEGINNING = f"""
CREATE FUNCTION prospects_beginning(wanted text, digits text, after uuid, most int)
RETURNS TABLE (id uuid) LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_generic_plan AS $body$
DECLARE
  firm bigint := {FIRM};
  said text COLLATE "C" := lower(wanted);
  past text COLLATE "C" := lower(wanted) || U&'\\+10FFFF';
  after_key text COLLATE "C" := coalesce(
    (SELECT lower(p.name) FROM parties_party p WHERE p.firm_id = firm AND p.id = after), '');
BEGIN
  RETURN QUERY SELECT t.id FROM (
      (SELECT p.id, lower(p.name) COLLATE "C" AS key FROM parties_party p
       WHERE p.firm_id = firm AND lower(p.name) COLLATE "C" >= said AND lower(p.name) COLLATE "C" < past
         AND (lower(p.name) COLLATE "C", p.id) > (after_key, after)
       ORDER BY lower(p.name) COLLATE "C", p.id LIMIT most)
      UNION
      (SELECT p.id, lower(p.name) COLLATE "C" FROM parties_party p
       WHERE p.firm_id = firm AND p.email <> '' AND split_part(lower(p.email), '@', 2) COLLATE "C" >= said
         AND split_part(lower(p.email), '@', 2) COLLATE "C" < past
         AND (lower(p.name) COLLATE "C", p.id) > (after_key, after) ORDER BY 2, 1 LIMIT most)
      UNION
      (SELECT p.id, lower(p.name) COLLATE "C" FROM parties_party p
       WHERE digits <> '' AND p.firm_id = firm AND p.siren <> '' AND p.siren COLLATE "C" >= digits
         AND p.siren COLLATE "C" < digits || ':'
         AND (lower(p.name) COLLATE "C", p.id) > (after_key, after) ORDER BY 2, 1 LIMIT most)
    ) t ORDER BY t.key, t.id LIMIT most;
END
$body$
"""

SIGNATURES = {
    HOLDING: "prospects_holding(text, text, uuid, int)",
    BEGINNING: "prospects_beginning(text, text, uuid, int)",
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
