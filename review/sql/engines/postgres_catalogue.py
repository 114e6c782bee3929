"""What PostgreSQL says of its tables: columns, keys, views, partitions, and the functions that somebody made."""

from __future__ import annotations

COLUMNS = """SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
        pg_get_expr(d.adbin, d.adrelid)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND a.attnum > 0 AND NOT a.attisdropped
    AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
    AND has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE')
    ORDER BY n.nspname, c.relname, a.attnum"""
KEYS = """SELECT n.nspname, c.relname, array_agg(a.attname::text) FROM pg_index i
    JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey[0:i.indnkeyatts - 1])
    WHERE i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL GROUP BY i.indexrelid, 1, 2"""
VIEWS = """SELECT n.nspname, c.relname, pg_get_viewdef(c.oid)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('v', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    UNION ALL SELECT n.nspname, c.relname, '' FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'f'"""
"""Views by their queries. A foreign table has none: it may read any table, of this very database too."""
KIN = """WITH RECURSIVE below AS (SELECT inhparent AS parent, inhrelid AS child FROM pg_inherits
        UNION SELECT b.parent, i.inhrelid FROM below b JOIN pg_inherits i ON i.inhparent = b.child),
    kin AS (SELECT parent AS one, child AS other FROM below UNION SELECT child, parent FROM below)
    SELECT n.nspname, c.relname, array_agg(m.nspname || '.' || o.relname)
    FROM kin JOIN pg_class c ON c.oid = one JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_class o ON o.oid = other JOIN pg_namespace m ON m.oid = o.relnamespace
    WHERE c.relkind IN ('r', 'p', 'f') GROUP BY 1, 2"""
"""The partitions and inheriting tables of a table with the tables that it is a part of, through all levels."""
CATALOGUE = "SELECT DISTINCT lower(proname) FROM pg_proc"
FUNCTIONS = """SELECT DISTINCT lower(p.proname) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND NOT EXISTS (SELECT FROM pg_depend d
        WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')"""
"""Functions that somebody made; those of extensions are known by their names, as built-in ones are."""
