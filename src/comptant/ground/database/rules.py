"""The schema rules, proven on the tables themselves: what would keep firms apart, and the way to many machines open.

Reads PostgreSQL's catalogue only. A test and ``comptant doctor`` say what is broken.
Source: docs/decisions/0002-schema-rules.md, where R1 to R18 are explained.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from comptant.ground.database.place import APP_ROLE, BATCH_ROLE, OWNER_ROLE

FIRMS = "firms_firm"
GLOBAL = frozenset(
    {
        "access_passkey", "access_recoverycode", "access_secondstep",
        "auth_group", "auth_group_permissions", "auth_permission",
        "axes_accessattempt", "axes_accessattemptexpiration", "axes_accessfailurelog", "axes_accesslog",
        "django_content_type", "django_migrations", "django_session",
        "firms_linkkey", "firms_membershipkey", "firms_tokenkey", "firms_user", "web_knock",
    }
)  # fmt: skip
"""The tables that belong to no firm. Any other table is a firm's, and every rule holds for it."""

DJANGOS = frozenset(name for name in GLOBAL if name.startswith(("auth_", "django_"))) - {"django_session"}
"""Those that the owner alone fills, when migrating."""

PAST_THE_WALL = ("payments_near", "prospects_beginning", "prospects_holding")
"""The functions that may run as the owner: they filter on the transaction's firm themselves (docs/decisions/0013)."""

WALL = "({column} = (NULLIF(current_setting('app.firm'::text, true), ''::text))::bigint)"
"""The policy of every firm's table, as PostgreSQL prints it (R16)."""

_TABLES = """
WITH tables AS (
  SELECT c.oid, c.relname AS name, c.relowner, c.relrowsecurity, c.relforcerowsecurity,
         CASE WHEN c.relname = %(firms)s THEN 'id' ELSE 'firm_id' END AS firm_column,
         CASE WHEN c.relname = %(firms)s THEN '{id}'::name[] ELSE '{firm_id,id}'::name[] END AS key_columns,
         c.relname = ANY(%(global)s) AS is_global, c.relname = ANY(%(append_only)s) AS is_append_only
  FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
), firm_tables AS (SELECT * FROM tables WHERE NOT is_global
), named_keys AS (
  SELECT k.oid, k.conrelid, k.conname, k.contype, k.confrelid, k.condeferrable, k.confdeltype,
         (SELECT array_agg(a.attname ORDER BY n) FROM unnest(k.conkey) WITH ORDINALITY c(attnum, n)
          JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = c.attnum) AS columns,
         (SELECT array_agg(a.attname ORDER BY n) FROM unnest(k.confkey) WITH ORDINALITY c(attnum, n)
          JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = c.attnum) AS their_columns
  FROM pg_constraint k
), writers AS (SELECT rolname AS role FROM pg_roles WHERE rolname IN (%(app)s, %(batch)s))
"""

RULES: Mapping[str, str] = {
    "{0}: give it firm_id bigint NOT NULL, or name it among the global tables (R1)": """
      SELECT t.name FROM firm_tables t WHERE t.name <> %(firms)s AND NOT EXISTS (
        SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = 'firm_id' AND NOT a.attisdropped
          AND a.atttypid = 'bigint'::regtype AND a.attnotnull)""",
    "{0}: its primary key must be ({1}) (R2, R6)": """
      SELECT t.name, array_to_string(t.key_columns, ', ') FROM firm_tables t WHERE NOT EXISTS (
        SELECT FROM named_keys k WHERE k.conrelid = t.oid AND k.contype = 'p' AND k.columns = t.key_columns)
      UNION ALL
      SELECT t.name, 'some column' FROM tables t WHERE t.is_global AND NOT EXISTS (
        SELECT FROM pg_constraint k WHERE k.conrelid = t.oid AND k.contype = 'p')""",
    "{0}.{1}: draw it in the application, not from a sequence or identity (R2, R5)": """
      SELECT t.name, a.attname FROM firm_tables t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0
      LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum
      WHERE NOT a.attisdropped
        AND (a.attidentity <> '' OR pg_get_expr(d.adbin, d.adrelid) LIKE '%%nextval(%%')""",
    "{0}: the unique or exclusion index {1} must start with firm_id (R3)": """
      SELECT t.name, i.indexrelid::regclass::text FROM firm_tables t JOIN pg_index i ON i.indrelid = t.oid
      LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0] AND i.indkey[0] <> 0
      WHERE (i.indisunique OR i.indisexclusion) AND a.attname IS DISTINCT FROM t.firm_column""",
    "{0}: the foreign key {1} must be (firm_id, x) to (firm_id, id) (R4)": """
      SELECT t.name, k.conname FROM firm_tables t JOIN named_keys k ON k.conrelid = t.oid AND k.contype = 'f'
      JOIN firm_tables f ON f.oid = k.confrelid
      WHERE k.their_columns <> f.key_columns OR k.columns[1] <> 'firm_id'""",
    "{0}: the foreign key {1} must be NOT DEFERRABLE (R4)": """
      SELECT t.name, k.conname FROM firm_tables t JOIN named_keys k ON k.conrelid = t.oid
      WHERE k.contype IN ('f', 'u', 'p', 'x') AND k.condeferrable""",
    "{0}: the foreign key {1} must not set to null or default on delete (R4)": """
      SELECT t.name, k.conname FROM firm_tables t JOIN named_keys k ON k.conrelid = t.oid
      WHERE k.contype = 'f' AND k.confdeltype IN ('n', 'd')""",
    "{0}: the foreign key {1} joins a firm's table and a global one; keep the id without it (R8)": """
      SELECT t.name, k.conname FROM tables t JOIN named_keys k ON k.conrelid = t.oid AND k.contype = 'f'
      JOIN tables f ON f.oid = k.confrelid WHERE t.is_global <> f.is_global""",
    "{0}: it must belong to the owner's role, not to {1} (R6)": """
      SELECT t.name, pg_get_userbyid(t.relowner) FROM tables t WHERE pg_get_userbyid(t.relowner) <> %(owner)s""",
    "{0}: drop the trigger {1}; the application writes what it would (R7)": """
      SELECT t.name, g.tgname FROM firm_tables t JOIN pg_trigger g ON g.tgrelid = t.oid WHERE NOT g.tgisinternal""",
    "{0}: row-level security must be enabled, and not forced upon the owner (R16, R17)": """
      SELECT t.name FROM firm_tables t WHERE NOT t.relrowsecurity OR t.relforcerowsecurity""",
    "{0}: it must have the policy firm_wall on its firm for reading and writing, and no other ({1}) (R16)": """
      SELECT t.name, coalesce(string_agg(p.polname, ', '), 'none') FROM firm_tables t
      LEFT JOIN pg_policy p ON p.polrelid = t.oid GROUP BY t.oid, t.name, t.firm_column
      HAVING count(p.polname) <> 1 OR NOT bool_and(
        p.polcmd = '*' AND p.polpermissive AND p.polroles = '{0}'
        AND pg_get_expr(p.polqual, p.polrelid) = replace(%(wall)s, '{column}', t.firm_column)
        AND pg_get_expr(p.polwithcheck, p.polrelid) = replace(%(wall)s, '{column}', t.firm_column))""",
    "{0}: {1} may {2} it; rows there are only read and added (R7)": """
      SELECT t.name, w.role, p.privilege FROM firm_tables t, writers w, unnest(ARRAY['UPDATE', 'DELETE']) p(privilege)
      WHERE t.is_append_only AND (has_table_privilege(w.role, t.oid, p.privilege)
        OR p.privilege = 'UPDATE' AND has_any_column_privilege(w.role, t.oid, 'UPDATE'))""",
    "{0}: {1} may write recorded_at; the database alone does (R7)": """
      SELECT t.name, w.role FROM firm_tables t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = 'recorded_at'
      CROSS JOIN writers w
      WHERE has_column_privilege(w.role, t.oid, a.attnum, 'INSERT')
         OR has_column_privilege(w.role, t.oid, a.attnum, 'UPDATE')""",
    "{0}: {1} may {2} it; the owner alone does, when migrating (R17)": """
      SELECT t.name, w.role, p.privilege FROM tables t, writers w,
        unnest(ARRAY['INSERT', 'UPDATE', 'DELETE']) p(privilege)
      WHERE t.name = ANY(%(djangos)s) AND (has_table_privilege(w.role, t.oid, p.privilege)
        OR p.privilege <> 'DELETE' AND has_any_column_privilege(w.role, t.oid, p.privilege))""",
    "{0}: recorded_at must default to now() (R7)": """
      SELECT t.name FROM firm_tables t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = 'recorded_at'
      LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum
      WHERE coalesce(pg_get_expr(d.adbin, d.adrelid), '') NOT IN ('now()', 'statement_timestamp()')
         OR NOT a.attnotnull""",
    "{0}: {1} may {2} it; only the owner may (R7)": """
      SELECT t.name, w.role, p.privilege FROM tables t, writers w, unnest(ARRAY['TRUNCATE', 'TRIGGER']) p(privilege)
      WHERE has_table_privilege(w.role, t.oid, p.privilege)""",
    "{0}: the role lacks its attributes or has more: {1} (R17)": """
      SELECT e.role, CASE WHEN r.rolname IS NULL THEN 'it does not exist' ELSE concat_ws(' ',
               CASE WHEN r.rolsuper THEN 'SUPERUSER' END, CASE WHEN r.rolcreaterole THEN 'CREATEROLE' END,
               CASE WHEN r.rolcreatedb THEN 'CREATEDB' END, CASE WHEN r.rolreplication THEN 'REPLICATION' END,
               CASE WHEN r.rolbypassrls THEN 'BYPASSRLS' ELSE 'NOBYPASSRLS' END) END
      FROM (VALUES (%(owner)s, false), (%(app)s, false), (%(batch)s, true)) e(role, is_past_walls)
      LEFT JOIN pg_roles r ON r.rolname = e.role
      WHERE r.rolname IS NULL OR r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication
         OR r.rolbypassrls <> e.is_past_walls""",
    "{0}: it may act as {1}; revoke that membership (R17)": """
      SELECT w.role, r.rolname FROM writers w JOIN pg_roles mine ON mine.rolname = w.role
      JOIN pg_roles r ON r.rolname <> w.role AND pg_has_role(w.role, r.oid, 'MEMBER')
      WHERE NOT r.rolname LIKE 'pg\\_%%' OR r.rolname IN ('pg_read_all_data', 'pg_write_all_data', 'pg_maintain')""",
    "{0}: it may create tables in the schema public; only the owner may (R6)": """
      SELECT w.role FROM writers w JOIN pg_roles r ON r.rolname = w.role
      WHERE has_schema_privilege(r.oid, 'public', 'CREATE')""",
    "{0}: a view reads past the firm's wall unless it is security_invoker (R16)": """
      SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
        AND (c.relkind = 'm' OR c.relkind = 'v' AND NOT coalesce('security_invoker=true' = ANY(c.reloptions), false))
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')""",
    "{0}: a function with its owner's rights reads past the firm's wall (R16)": """
      SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef
        AND NOT (p.proname = ANY(%(past_the_wall)s) AND pg_get_userbyid(p.proowner) = %(owner)s
          AND position('current_setting(''app.firm'', true)' IN p.prosrc) > 0
          AND position('p.firm_id = firm' IN p.prosrc) > 0 AND coalesce(array_to_string(p.proconfig, ' '), '')
            LIKE '%%search_path=pg_catalog, public, pg_temp%%'
          AND NOT has_function_privilege('public', p.oid, 'EXECUTE'))
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')""",
}
"""Each rule: what to do when it is broken, and the query that finds where. No row: it holds."""


def broken_rules(connection: Any) -> list[str]:
    """One sentence for each table or role that breaks a rule; empty when all hold.

    ``connection`` is Django's or psycopg's, as any role: the catalogue is open to all.
    """
    params = {
        "firms": FIRMS, "global": sorted(GLOBAL), "djangos": sorted(DJANGOS),
        "append_only": append_only_tables(), "wall": WALL, "past_the_wall": list(PAST_THE_WALL),
        "owner": OWNER_ROLE, "app": APP_ROLE, "batch": BATCH_ROLE,
    }  # fmt: skip
    found = []
    with connection.cursor() as cursor:
        for sentence, query in RULES.items():
            cursor.execute(_TABLES + query, params)
            found += [sentence.format(*row) for row in sorted(cursor.fetchall())]
    return found


def append_only_tables() -> list[str]:
    """The tables whose models bear the mark AppendOnly."""
    from django.apps import apps

    from comptant.ground.database.tables import is_append_only

    return sorted(model._meta.db_table for model in apps.get_models() if is_append_only(model))
