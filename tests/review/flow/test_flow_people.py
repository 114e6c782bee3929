"""People, their roles, and the audit chain."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner
from examples import examples
from flow_store import GOOD, WEEK, assignments, entry, send, take_role
from hypothesis import given
from hypothesis import strategies as st
from quick_stores import ON_POSTGRES, damage, in_words_of_sqlite

from review.audit import chain as audit_chain
from review.audit.store_secrets import hmac_key, store_id
from review.audit.verifying import check_store
from review.basics.errors import InputError, Refused, UnknownError
from review.closing.closing import close_week
from review.commands.cli import spotcheck
from review.exchange.labels import import_labels, read_labels
from review.people.invitations import invite
from review.people.people import Person, add_person, find_person, people, person, person_id, require
from review.settling.adjudication import adjudicate
from storage.opening import open_store
from storage.records_people import AuditEntry, Rater, Role, Setting


def test_a_person_has_a_name_an_id_and_the_latest_role(store):
    add_person(store, "lea", role="lead", by="init")
    made = add_person(store, "  Ana Müller ", role="annotator", by="lea", scope="billing")
    assert made == Person(id="ana-müller", name="Ana Müller", role="annotator", scope="billing")
    add_person(store, "Ana Müller", role="adjudicator", by="lea")
    assert person(store, "ANA müller").role == "adjudicator"
    assert len(store.find(Rater)) == 2 and len(store.find(Role)) == 3
    take_role(store, "ana-müller")
    assert people(store)[1].role == "" and not people(store)[1].may("annotator")


def test_a_name_is_found_however_its_accents_are_typed(store):
    add_person(store, "Zoë", role="annotator", by="x")
    assert person(store, "Zoe\u0308").id == "zoë"


@pytest.mark.parametrize("name", ["", "   ", "!!!", "x" * 81, "ana\nben", "ana\x00", "ana\udcff", "-", "\x1b[31mred"])
def test_an_unusable_name_is_refused(store, name):
    with pytest.raises(InputError, match="name: found"):
        add_person(store, name, role="annotator", by="x")
    assert people(store) == []


@pytest.mark.parametrize("second", ["Ana", "ANA", "ana!", "Ana."])
def test_two_people_never_share_an_id(store, second):
    add_person(store, "ana", role="annotator", by="x")
    with pytest.raises(InputError, match="too close to 'ana'"):
        add_person(store, second, role="lead", by="x")
    assert person(store, "ana").role == "annotator"


def test_an_unknown_role_is_refused(store):
    with pytest.raises(InputError, match="role: found 'boss', expected one of annotator, adjudicator, lead"):
        add_person(store, "ana", role="boss", by="x")


def test_the_only_lead_stays_lead(store):
    add_person(store, "lea", role="lead", by="x")
    with pytest.raises(Refused, match="only lead"):
        add_person(store, "lea", role="annotator", by="lea")
    add_person(store, "eva", role="lead", by="lea")
    add_person(store, "lea", role="annotator", by="eva")
    assert not person(store, "lea").may("lead")


def test_a_role_includes_the_roles_below_it(store):
    reach = {r: {"annotator", "adjudicator", "lead"} for r in ("lead",)} | {
        "adjudicator": {"annotator", "adjudicator"},
        "annotator": {"annotator"},
        "": set(),
        "none": set(),
    }
    for role, may in reach.items():
        assert {r for r in ("annotator", "adjudicator", "lead") if Person(id="x", name="x", role=role).may(r)} == may


def test_require_reads_the_role_now(store):
    add_person(store, "lea", role="lead", by="x")
    add_person(store, "ana", role="adjudicator", by="lea")
    assert require(store, "ana", "annotator").name == "ana"
    with pytest.raises(Refused, match="needs the role lead; ana has adjudicator"):
        require(store, "ana", "lead")
    with pytest.raises(Refused, match="an unknown person"):
        require(store, "zed", "annotator")
    with pytest.raises(Refused, match="nobody has an unknown person"):
        require(store, "", "annotator")
    with pytest.raises(UnknownError, match="there are: lea, ana"):
        person(store, "zed")


@examples(100)
@given(st.text(max_size=90))
def test_an_id_is_made_of_words_or_refused(name):
    try:
        identity = person_id(name)
    except InputError:
        return
    assert identity and identity == identity.casefold() and not any(c.isspace() for c in identity)


def traced(store, action):
    """The statements that an action runs, without the savepoints that sqlite-utils puts around a query."""
    seen = []
    store.db.conn.set_trace_callback(seen.append)
    try:
        action()
    finally:
        store.db.conn.set_trace_callback(None)
    return [s.strip() for s in seen if not s.startswith(("SAVEPOINT", "RELEASE"))]


@in_words_of_sqlite
def test_require_reads_one_person_however_many_there_are(store):
    add_person(store, "lea", role="lead", by="x")
    alone = traced(store, lambda: require(store, "lea", "lead"))
    for k in range(40):
        add_person(store, f"p{k}", role="annotator", by="lea")
    among_many = traced(store, lambda: require(store, "lea", "lead"))
    assert len(alone) == len(among_many) == 1
    plan = [row["detail"] for row in store.query(f"EXPLAIN QUERY PLAN {among_many[0]}")]
    assert plan and not [step for step in plan if step.startswith("SCAN")], plan
    assert len(traced(store, lambda: person(store, "lea"))) == 1


def test_a_person_has_the_role_that_the_list_of_people_shows(store):
    for name, role in (("lea", "lead"), ("ana", "annotator"), ("lea", "lead"), ("ana", "adjudicator")):
        add_person(store, name, role=role, by="x", scope="billing" if role == "adjudicator" else "")
    store.add(Rater(id="new", name="New", created_at="now", created_by="x"))
    take_role(store, "ana")
    assert people(store) == [find_person(store, i) for i in ("lea", "ana", "new")]
    assert [(p.id, p.role) for p in people(store)] == [("lea", "lead"), ("ana", ""), ("new", "")]
    assert find_person(store, "nobody") is None


def test_the_key_of_a_store_is_made_once(store):
    key, name = hmac_key(store), store_id(store)
    again = open_store(store.path)
    assert (hmac_key(again), store_id(again)) == (key, name) and len(key) == 32 and name


def test_reading_the_key_writes_nothing_and_a_lost_key_is_not_made_anew(store):
    if not ON_POSTGRES:
        assert not [s for s in traced(store, lambda: hmac_key(store)) if not s.startswith("SELECT")]
    damage(store, "DELETE FROM settings")
    for read in (hmac_key, store_id):
        with pytest.raises(UnknownError, match=r"lost its setting '(hmac_key|store_id)'\. Restore a backup"):
            read(store)
    assert store.find(Setting) == []


def test_the_audit_chain_holds_over_everything_that_was_done(opened):
    send(opened, "ana", entry(assignments(opened, "ana")[0]))
    count, broken = audit_chain.verify(opened)
    assert broken is None and count == len(opened.find(AuditEntry)) >= 6
    assert audit_chain.verify(open_store(opened.path)) == (count, None)


@pytest.fixture
def chain(store):
    for k in range(5):  # after the entry with which signing begins
        audit_chain.record(store, "lea", "act", f"s{k}", detail={"b": [k, 0.5], "a": "ü"}, flag=k % 2 == 0)
    return store.find(AuditEntry, order_by="sequence")


def test_an_intact_or_empty_chain_has_no_break(chain, store):
    assert first_break(store, chain) is None and first_break(store, []) is None


def first_break(store, entries):
    links = audit_chain.Links(store.signing_key())
    for one in entries:
        links.follow(one)
    return links.broken_at


@pytest.mark.parametrize("place", range(5))
def test_a_removed_row_is_found(store, chain, place):
    assert first_break(store, chain[:place] + chain[place + 1 :]) == place + 1


@pytest.mark.parametrize("place", range(5))
def test_two_exchanged_rows_are_found(store, chain, place):
    chain[place], chain[place + 1] = chain[place + 1], chain[place]
    assert first_break(store, chain) == place + 1


@pytest.mark.parametrize("field", ["at", "actor", "action", "subject", "detail", "previous", "hash", "sequence"])
@pytest.mark.parametrize("place", [0, 3, 5])
def test_a_changed_row_is_found(store, chain, field, place):
    value = {"sequence": place + 101, "detail": '{"detail": 1}'}.get(field, "x")
    store.db.execute(f"UPDATE audit SET {field} = ? WHERE sequence = ?", [value, place + 1])
    store.db.conn.commit()
    assert audit_chain.verify(store) == (6, place + 1)


def test_a_changed_row_with_a_new_hash_breaks_the_next_row(store, chain):
    forged = audit_chain.hash_of(replace(chain[2], actor="eve"), store.signing_key())
    store.db.execute("UPDATE audit SET actor = 'eve', hash = ? WHERE sequence = 3", [forged])
    store.db.conn.commit()
    assert audit_chain.verify(store)[1] == 4


def test_without_the_key_nobody_can_write_the_chain_anew(store, chain):
    previous = chain[2].previous
    for row in chain[2:]:
        forged = audit_chain.hash_of(replace(row, actor="eve", previous=previous), None)
        sql = "UPDATE audit SET actor = 'eve', previous = ?, hash = ? WHERE sequence = ?"
        store.db.execute(sql, [previous, forged, row.sequence])
        previous = forged
    store.db.conn.commit()
    assert audit_chain.verify(store) == (6, 3)


def test_an_entry_is_rolled_back_with_its_action(store):
    add_person(store, "lea", role="lead", by="x")
    before = audit_chain.verify(store)
    with pytest.raises(RuntimeError), store.transaction():
        audit_chain.record(store, "lea", "act", "s")
        raise RuntimeError
    assert audit_chain.verify(store) == before


def altered(store):
    return list(check_store(store).altered)


@pytest.fixture
def said(opened):
    """A store in which something of each covered kind was written, and the way to damage it."""
    first, second, third, *_ = assignments(opened, "ana")
    annotated, skipped = entry(first), {**entry(second), "kind": "skip", "reason": "empty"}
    flagged = {**entry(third), "kind": "flag", "flag": "unclear", "comment": "both fit"}
    undone = {"kind": "withdraw", "submission_id": "withdrawn-0001", "withdraws": skipped["submission_id"]}
    send(opened, "ana", annotated, skipped, flagged, undone)
    adjudicate(opened, first.item_id, by="lea", labels=GOOD)
    return opened


def test_unchanged_rows_are_not_altered(said):
    assert altered(said) == [] and altered(open_store(said.path)) == []


@pytest.mark.parametrize(
    ("action", "sql"),
    [
        ("close", "UPDATE week_closings SET checklist = '{}'"),
        ("close", "UPDATE week_closings SET at = '2026-01-01T00:00:00.000+00:00'"),
        ("close", "DELETE FROM week_closings"),
        ("role", "UPDATE roles SET role = 'lead' WHERE rater_id = 'ben'"),
        ("role", "DELETE FROM roles WHERE rater_id = 'ben'"),
        ("import labels", "UPDATE annotations SET labels = replace(labels, 'rude', 'friendly')"),
        ("import labels", "DELETE FROM annotations WHERE rater_id = 'eva'"),
    ],
)
def test_a_closing_a_role_or_an_imported_label_that_was_changed_or_removed_is_found(opened, tmp_path, action, sql):
    first, second, *_ = assignments(opened, "eva")
    rows = f"{first.item_id},eva,politeness,rude\n{second.item_id},eva,politeness,rude\n"
    (tmp_path / "labels.csv").write_text(f"item,rater,dimension,label\n{rows}")
    import_labels(opened, read_labels(tmp_path / "labels.csv"), by="lea")
    # The same file again writes nothing, so that its entry covers nothing.
    import_labels(opened, read_labels(tmp_path / "labels.csv"), by="lea")
    close_week(opened, WEEK, by="lea", reason="holidays")
    assert altered(opened) == []
    damage(opened, sql)
    entries = [e for e in opened.find(AuditEntry, action=action) if action != "role" or e.subject == "ben"]
    assert altered(opened) == [entries[0].sequence]


def test_fields_for_the_check_alone_are_not_shown(opened):
    entry = opened.find(AuditEntry, action="role")[-1]
    assert set(entry.detail) == {"role", "scope", "signed"}
    assert audit_chain.detail_text(entry.detail) == "role: adjudicator"


@pytest.mark.parametrize(
    ("action", "sql"),
    [
        ("annotation", "UPDATE annotations SET labels = replace(labels, 'friendly', 'rude')"),
        ("annotation", "UPDATE annotations SET late = 1"),
        ("annotation", "DELETE FROM annotations"),
        ("skip", "UPDATE skips SET reason = 'x'"),
        ("withdraw", "DELETE FROM withdrawals"),
        ("flag", "UPDATE flags SET comment = ''"),
        ("adjudicate", "UPDATE adjudications SET rationale = 'because'"),
        ("adjudicate", "DELETE FROM adjudications"),
    ],
)
def test_a_row_changed_or_removed_after_its_entry_is_found(said, action, sql):
    damage(said, sql)
    assert audit_chain.verify(said)[1] is None
    assert altered(said) == [e.sequence for e in said.find(AuditEntry, action=action)]
    result = CliRunner().invoke(spotcheck, ["audit", "verify", "--json", "--store", str(said.path)])
    assert result.exit_code == 1 and json.loads(result.stdout)["altered"] == altered(said)


def test_a_scope_has_a_length_and_the_limit_is_said(store):
    with pytest.raises(InputError, match=r"scope: found 501 characters \('xxx.*\.\.\.'\), expected at most 500"):
        add_person(store, "ana", role="annotator", by="lea", scope="x" * 501)
    with pytest.raises(InputError, match="expected at most 500"):
        invite(store, "ana", role="annotator", by="lea", scope="x" * 501)
