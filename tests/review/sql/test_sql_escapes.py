"""Each known way around a proof is refused or not checked: nothing of this list ever reaches an engine."""

import pytest
from sql_shop import proved, rules_of, runs

CLICKHOUSE = [
    "SELECT * FROM url('http://evil', CSV)", "SELECT * FROM file('/etc/passwd')", "SELECT * FROM s3('http://x/y')",
    "SELECT * FROM remote('host', system.users)", "SELECT * FROM mysql('h', 'd', 't', 'u', 'p')",
    "SELECT * FROM executable('x.sh', TSV, 'a String')", "SELECT * FROM cluster('c', customers)",
    "SELECT * FROM merge('shop', '.*')", "SELECT * FROM numbers(1e12)", "SELECT * FROM view(SELECT 1)",
    "SELECT * FROM loop(customers)", "SELECT * FROM dictionary('d')", "SELECT * FROM generateRandom('a Int8')",
    "SELECT * FROM input('a Int8')", "SELECT * FROM s3Cluster('c', 'x')", "SELECT * FROM hdfs('x')",
    "SELECT * FROM postgresql('a', 'b', 'c', 'd', 'e')", "SELECT * FROM system.numbers LIMIT 5",
    "SELECT file('/etc/passwd')", "SELECT dictGet('d', 'a', 1)", "SELECT joinGet('j', 'a', 1)",
    "SELECT getSetting('x')", "SELECT sleep(3)", "SELECT sleepEachRow(1) FROM customers", "SELECT throwIf(1)",
    "SELECT evalMLMethod(1)", "SELECT hostName()", "SELECT currentUser()", "SELECT catboostEvaluate('x', 1)",
    "SELECT name FROM system.users", "SELECT name FROM system . tables", "SELECT name FROM `system`.`users`",
    "SELECT count() FROM shop.nope", "SELECT name FROM customers INTO OUTFILE '/tmp/x'",
    "SELECT name FROM customers SETTINGS readonly = 0", "SELECT name FROM customers FORMAT Template",
    "SELECT 1; DROP TABLE customers", "SELECT 1; SELECT 2", "INSERT INTO customers SELECT 1",
    "WITH x AS (INSERT INTO customers VALUES (1)) SELECT 1", "SELECT name FROM customers FORMAT Native SETTINGS a = 1",
    "WATCH v", "SHOW TABLES", "SYSTEM SHUTDOWN", "OPTIMIZE TABLE customers", "GRANT ALL ON *.* TO x",
    "RENAME TABLE a TO b", "ATTACH TABLE x", "EXPLAIN SELECT 1", "SET readonly = 0", "USE system", "KILL QUERY WHERE 1",
    "EXCHANGE TABLES a AND b", "DETACH TABLE customers", "CREATE TABLE x (a Int8) ENGINE = Memory", "EXISTS TABLE x",
    "WITH 1 AS secret SELECT * FROM secret", "WITH (SELECT 1) AS secret SELECT name FROM secret",
    "SELECT name FROM customers WHERE id IN (SELECT id FROM url('x', CSV))",
    "SELECT (SELECT count() FROM file('x')) FROM customers", "SELECT name FROM customers WHERE id IN secret",
    "SELECT name FROM customers JOIN remote('h', x) AS r ON 1 = 1", "SELECT {x:Identifier} FROM customers",
    "SELECT name FROM {t:Identifier}", "DESCRIBE TABLE url('http://evil')", "SELECT * FROM numbers(1e12)",
    "SELECT fileIf('x', 1)", "SELECT `sleep`(3)", "SELECT \"file\"('/etc/passwd')", "SELECT sleep /* x */ (3)",
    "SELECT 1 FROM customers UNION ALL SELECT 1 FROM url('x', CSV)", "BACKUP TABLE customers TO Disk('a', 'b')",
    "PARALLEL WITH SELECT 1",
    "SELECT id FROM customers WHERE name IN card", "SELECT globalIn(id, secret) FROM customers",
    "SELECT aiGenerate('x')", "SELECT transactionID()", "SELECT getMacro('x')",
    "SELECT name FROM customers WHERE id GLOBAL IN (SELECT number FROM numbers(1000000000000))",
]  # fmt: skip
POSTGRES = [
    "SELECT pg_read_file('/etc/passwd')", "SELECT pg_sleep(10)", "SELECT lo_import('/etc/passwd')",
    "SELECT * FROM dblink('host=x', 'select 1') AS t (a int)", "SELECT query_to_xml('delete from t', true, true, '')",
    "SELECT set_config('a.b', 'c', false)", "SELECT nextval('s')", "SELECT pg_catalog.pg_sleep(1)",
    'SELECT "pg_sleep"(1)', "SELECT pg_terminate_backend(1)", "SELECT name INTO copied FROM customers",
    "SELECT name FROM customers FOR UPDATE", "SELECT name FROM customers FOR SHARE",
    "WITH d AS (DELETE FROM customers RETURNING id) SELECT id FROM d", "COPY customers TO '/tmp/x'",
    "COPY customers TO PROGRAM 'sh'", "DO $$ BEGIN END $$", "CALL x()", "SELECT current_setting('x')",
    "SELECT usename FROM pg_user", "SELECT table_name FROM information_schema.tables", "LISTEN x", "VACUUM",
    "SELECT rolname FROM pg_catalog.pg_authid", "SELECT 'pg_authid'::regclass", "SELECT current_user",
    "SELECT session_user", "SELECT version()", "SELECT name FROM customers; DELETE FROM customers",
    "SELECT xpath_table('a', 'b', 'c', 'd', 'e')", "SELECT database_to_xml(true, true, '')", "TABLE pg_user",
    "EXPLAIN ANALYZE DELETE FROM customers", "PREPARE p AS DELETE FROM customers", "EXECUTE p", "BEGIN",
    "SELECT pg_ls_dir('.')", "SELECT * FROM pg_ls_dir('.') AS f",
    "SELECT convert_from(pg_read_binary_file('x'), 'utf8')",
    "SELECT evil.lower(name) FROM customers", "SELECT U&'\\0041' || pg_sleep(1)", "SELECT generate_series(1, 2), $1",
    "SELECT * FROM generate_series(1, 1000000000000) AS g", "SELECT lower('a') FROM ROWS FROM (pg_ls_dir('.')) AS f",
    "SELECT txid_current()", "SELECT inet_server_addr()", "SELECT * FROM json_to_record(pg_stat_file('x')::json) AS x",
    "SELECT 1 OPERATOR(evil.+) 2", "MERGE INTO customers USING orders ON true WHEN MATCHED THEN DELETE",
    "SELECT cursor_to_xml('c', 1, true, true, '')", "SELECT loread(1, 2)", "SELECT setval('s', 1)",
]  # fmt: skip
SQLITE = [
    "SELECT load_extension('x')", "SELECT name FROM sqlite_master", "SELECT sql FROM sqlite_schema",
    "PRAGMA table_info(customers)", "SELECT * FROM pragma_table_info('customers')", "ATTACH 'x.db' AS x",
    "SELECT readfile('/etc/passwd')", "SELECT writefile('x', 'y')", "SELECT edit('x')", "VACUUM INTO 'x'",
    "SELECT randomblob(1000000000)", "SELECT zeroblob(1000000000)", "SELECT fts3_tokenizer('x')", "REINDEX",
    "DELETE FROM customers", "UPDATE customers SET name = 'x'", "REPLACE INTO customers VALUES (1)",
    "SELECT name FROM temp.customers", "SELECT name FROM other.customers", "SELECT ?1", "SELECT :x", "SELECT @x",
    "SELECT name FROM customers /* /* */ , load_extension('x') -- */", "SELECT * FROM generate_series(1, 5)",
    "SELECT * FROM fsdir('.')", "SELECT sqlite_version()", "SELECT last_insert_rowid()", "VALUES (1)",
    "SELECT * FROM sqlite_dbpage", "WITH x AS (SELECT 1) DELETE FROM customers", "EXPLAIN SELECT 1", "SAVEPOINT x",
    "SELECT name FROM customers; PRAGMA writable_schema = 1", "CREATE TEMP TABLE x AS SELECT 1", "ANALYZE",
    "SELECT id FROM customers WHERE name IN card",
]  # fmt: skip
DUCKDB = [
    "SELECT * FROM 'file.csv'", 'SELECT * FROM "file.csv"', "SELECT * FROM read_csv('x')",
    "SELECT * FROM read_text('x')",
    "SELECT * FROM read_parquet('x')", "SELECT * FROM glob('*')", "SELECT getenv('HOME')", "SUMMARIZE customers",
    "DESCRIBE customers", "COPY customers TO 'x'", "EXPORT DATABASE 'x'", "INSTALL httpfs", "LOAD httpfs",
    "ATTACH 'x.db'", "PRAGMA database_list", "CALL pragma_version()", "SELECT * FROM duckdb_settings()",
    "SELECT * FROM duckdb_secrets()", "SELECT current_setting('x')", "SET threads = 1", "USE x", "SHOW TABLES",
    "SELECT * FROM query('SELECT 1')", "SELECT * FROM query_table('customers')", "SELECT * FROM sniff_csv('x')",
    "SELECT nextval('s')", "SELECT name.getenv() FROM customers", "SELECT 'HOME'.getenv()", "CHECKPOINT",
    "SELECT * FROM sqlite_scan('x', 'y')", "SELECT * FROM postgres_query('x', 'y')", "SELECT * FROM parquet_scan('x')",
    "SELECT * FROM range(1000000000000)", "SELECT write_log('x')", "SELECT * FROM information_schema.tables",
    "SELECT getvariable('x')", "SELECT * FROM read_blob('x')", "FORCE CHECKPOINT",
    "SELECT pg_sleep(1)", "FROM read_json('x')", "SELECT * FROM json_execute_serialized_sql('x')", "VACUUM",
    "SELECT * FROM test_all_types()", "DEALLOCATE x", "COMMENT ON TABLE customers IS 'x'", "EXECUTE x",
]  # fmt: skip
NESTED = {
    "sqlite": [
        "SELECT name FROM customers WHERE id = (SELECT max(id) FROM orders) ORDER BY (SELECT name FROM sqlite_master)",
        "SELECT name FROM customers GROUP BY 1 HAVING load_extension('x')",
        "SELECT \"load_extension\"('x')",
        "SELECT [load_extension]('x')",
        "SELECT `load_extension` ('x')",
        "SELECT name FROM main.sqlite_master",
        'SELECT name FROM "sqlite_master"',
        "SELECT name FROM customers NATURAL JOIN sqlite_master",
        "WITH sqlite_master AS (SELECT name FROM customers) SELECT name FROM main.sqlite_master",
        "WITH x AS (SELECT name FROM secret) SELECT name FROM x",
        "SELECT name FROM (customers JOIN secret)",
        "SELECT name FROM customers, (secret)",
        "SELECT (SELECT a FROM secret LIMIT 1)",
        "SELECT CASE WHEN EXISTS(SELECT 1 FROM secret) THEN 1 END",
        "SELECT name FROM customers WINDOW w AS (ORDER BY load_extension('a'))",
        "SELECT name FROM customers LIMIT (SELECT count(*) FROM secret)",
        "SELECT name FROM customers UNION SELECT name FROM secret ORDER BY load_extension(1)",
    ],
    "postgres": [
        "SELECT * FROM customers, LATERAL pg_ls_dir('.') AS x",
        "SELECT name FROM customers WHERE name = ANY(SELECT usename FROM pg_user)",
        "SELECT $$a$$ || pg_sleep(1)::text",
        "SELECT E'\\'' || pg_sleep(1) || ''",
        "SELECT 'a\\' || pg_sleep(1) || '",
        "SELECT name::regclass FROM customers",
        "SELECT CAST(name AS oid) FROM customers",
        "SELECT (pg_stat_file('x')).size",
        "SELECT name FROM ONLY pg_authid",
        "SELECT xmlparse(document '<a/>')",
        "SELECT * FROM XMLTABLE('/a' PASSING '<a/>' COLUMNS b int)",
        "SELECT current_catalog",
        "SELECT current_role",
        "SELECT user",
        "SELECT current_schema",
        "SELECT c.pg_notify FROM customers c",
        "SELECT name FROM customers TABLESAMPLE evil(1)",
        'SELECT name COLLATE "evil" FROM customers',
        "SELECT * FROM customers WHERE name LIKE 'a' OPERATOR(pg_catalog.||) pg_sleep(1)",
    ],
    "duckdb": [
        "SELECT * FROM customers WHERE name IN (FROM 'x.csv')",
        "SELECT * FROM customers AT (VERSION => 1)",
        "FROM (FROM read_csv('x'))",
        "SELECT * FROM VALUES (1) t(a), glob('*')",
        "SELECT x: getenv('HOME')",
        "SELECT COLUMNS(c -> getenv(c)) FROM customers",
        "SELECT 'x'.read_text()",
        "SELECT * FROM duckdb_tables",
        "SELECT * FROM customers POSITIONAL JOIN pg_catalog.pg_tables",
        "SELECT #1 FROM customers",
        "SELECT * FROM shop.main.customers",
    ],
    "clickhouse": [
        "SELECT * FROM customers ARRAY JOIN (SELECT groupArray(name) FROM system.users) AS x",
        "SELECT arrayMap(x -> sleep(x), [1])",
        "SELECT COLUMNS('a') APPLY(sleep) FROM customers",
        "SELECT * APPLY(x -> file(x)) FROM customers",
        "SELECT * REPLACE(file('x') AS name) FROM customers",
        "SELECT arrayReduce('sum', [1])",
        "SELECT CAST(1 AS AggregateFunction(sum, Int8))",
        "SELECT name FROM customers WHERE dictHas('d', id)",
        "SELECT name FROM customers LIMIT 1 SETTINGS max_threads=1 FORMAT Null",
        "SELECT 1 # comment\n, file('x')",
        "SELECT $heredoc$ a $heredoc$, sleep(1)",
        "SELECT '\\'' , sleep(1) , '\\''",
        "WITH x AS (SELECT name FROM url('a', CSV, 'name String')) SELECT name FROM x",
    ],
}
"""Escapes inside other parts of a query, where a reading of the outermost level alone would miss them."""
FLAT = {"clickhouse": CLICKHOUSE, "postgres": POSTGRES, "sqlite": SQLITE, "duckdb": DUCKDB}
ALL = [(dialect, sql) for dialect, some in FLAT.items() for sql in (*some, *NESTED[dialect])]
OF_OTHERS = ["SELECT java_method('java.lang.Runtime', 'x')", "SELECT reflect('x', 'y')", "ADD JAR x", "CACHE TABLE x",
             "SELECT * FROM parquet.`/etc`", "SELECT name FROM customers /*!50000 INTO OUTFILE 'x' */"]  # fmt: skip


@pytest.mark.parametrize(("dialect", "sql"), ALL)
def test_no_escape_reaches_an_engine(dialect, sql):
    assert not runs(sql, dialect)


@pytest.mark.parametrize("sql", OF_OTHERS)
def test_escapes_of_other_dialects_are_refused_in_every_proven_one(sql):
    assert not any(runs(sql, dialect) for dialect in ("clickhouse", "postgres", "sqlite", "duckdb"))


@pytest.mark.parametrize("dialect", ["clickhouse", "postgres", "sqlite", "duckdb"])
@pytest.mark.parametrize(
    "sql",
    [
        "", "   ", "-- nothing", ";", "Sorry, I cannot answer that.", '{"error": "no table"}', "SELECT",
        "SELECT name FROM customers WHERE (", "SELECT 'name FROM customers", "SELECT name /* FROM customers",
        "SELECT name FROM custоmers", "SELECT name FROM customers\u00a0WHERE id = 1",
        "SELECT na\u200bme FROM customers",
        "ＳＥＬＥＣＴ name FROM customers", "SELECT name FROM customers -- x\r, load_extension('x')",
        "SELECT name\0 FROM customers", "SELECT name FROM customers WHERE name = '\u202e'",
        "SELECT name FROM customers {# x #}",
        "SELECT slееp(1)", "SELECT name FROM customers; ; SELECT 1", "```sql\nSELECT name FROM customers\n```",
    ],
)  # fmt: skip
def test_broken_hidden_and_look_alike_texts_do_not_run(dialect, sql):
    assert not runs(sql, dialect)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT name FROM customers WHERE name = '" + "x" * 1_000_000 + "'",
        "SELECT " + "(" * 2_000 + "1" + ")" * 2_000,
        "SELECT " + "NOT " * 5_000 + "1",
        "SELECT " + "- " * 5_000 + "1",
        "SELECT " + "1 + " * 2_000 + "1",
        "SELECT " + "CASE WHEN 1 THEN " * 2_000 + "1" + " END" * 2_000,
        "SELECT name FROM (" * 100 + "customers" + ")" * 100,
        "SELECT name FROM customers WHERE id = 1" + " OR id = 1" * 1_000,
    ],
)
def test_huge_and_deep_texts_are_read_or_not_checked(sql):
    proof = proved(sql)
    assert proof.ok is not False
    assert (proof.ok is None) == (rules_of(proof, "note") == {"parse"})


def test_many_branches_of_a_union_are_read():
    sql = " UNION ALL ".join(["SELECT name FROM customers"] * 200)
    assert proved(sql).ok is True


def test_text_in_strings_is_free():
    for dialect in ("clickhouse", "postgres", "sqlite", "duckdb"):
        for sql in (
            "SELECT name FROM customers WHERE name = '客é — ; DROP TABLE x; /* -- pg_sleep(1)'",
            'SELECT name AS "größe (cm)" FROM customers -- ganz größe ; DROP',
            "SELECT name FROM customers /* one; two */ WHERE name <> 'it''s'",
        ):
            assert runs(sql, dialect), (dialect, sql)
