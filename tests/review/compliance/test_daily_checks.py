"""The daily checks: what each finds, that every conversation is looked at once, and the clauses that they serve."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from compliance_log import imported

from review.basics.clock import now, shifted
from review.basics.errors import InputError, Refused
from review.basics.log_paths import log_of
from review.basics.weeks import week_of
from review.compliance import rules, traffic
from review.compliance.checks.catalogue import DAILY
from review.compliance.checks.check import Clause, DailyCheck, each, place
from review.compliance.checks.texts import recognisers_of
from review.compliance.findings import findings
from review.compliance.hipaa import identifiers
from review.compliance.running import Ran, run_checks
from review.log.log import log_files
from review.monitoring.given_up import never_draw
from review.privacy.masking import mask_text
from review.serving.nightly import run_nightly, run_the_checks
from review.settings.project import project_of
from storage.records_compliance import ComplianceFinding, CompliancePass, ComplianceResult
from storage.records_erasure import ErasureEvent, ErasureRequest
from storage.records_judges import JudgeCall, JudgeRun
from storage.store import Store

DAY = {"created_at": "2026-11-20T10:00:00Z"}
KEY = "sk-proj-" + "a1B2c3D4" * 6


def run(store: Store, **options: Any) -> Ran:
    return run_checks(store, project_of(store.path), by="lea", **options)


def kinds(store: Store) -> dict[tuple[str, str], int]:
    return {(f.name, f.kind): f.n for f in findings(store)}


def settings(store: Store, text: str) -> None:
    (store.path.parent / "spotcheck.toml").write_text(text)


def test_each_check_finds_its_own_kind_and_keeps_no_word_of_it(house: Store) -> None:
    settings(house, '[compliance]\nhosts = ["shop.example", "*.docs.example"]\n')
    imported(house, [
        {"id": "fine", **DAY, "answer": "See https://shop.example/a and https://a.docs.example/b."},
        {"id": "told", **DAY, "answer": "Write to jo@example.org."},
        {"id": "back", **DAY, "question": "I am jo@example.org.", "answer": "I wrote to jo@example.org."},
        {"id": "key", **DAY, "question": f"Why does {KEY} fail?"},
        {"id": "step", **DAY, "steps": [{"tool": "login", "arguments": {"text": "password: hunter22"}}]},
        {"id": "rude", **DAY, "answer": "You idiot."},
        {"id": "bare", **DAY, "steps": None},
        {"id": "hollow", **DAY, "steps": [{"thought": " "}]},
        {"id": "tools", **DAY, "steps": None, "messages": [
            {"role": "user", "content": "?"},
            {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "find"}}]},
            {"role": "tool", "content": "Seven."}, {"role": "assistant", "content": "Seven."}]},
        {"id": "failed", **DAY, "steps": None, "answer": None, "status": "error"},
        {"id": "link", **DAY, "answer": "https://shop.example.evil.example/x?d=1 and http://evil.example:8/"},
    ])  # fmt: skip
    ran = run(house)
    assert kinds(house) == {
        ("personal_data", "EMAIL"): 1,
        ("personal_data", "EMAIL repeated"): 1,
        ("secrets", "SECRET"): 2,
        ("toxicity", "toxic word"): 1,
        ("reasoning_chain", "no steps"): 1,
        ("reasoning_chain", "empty steps"): 1,
        ("links", "link in an answer"): 1,
    }
    by_kind = {f.kind: [e["conversation"] for e in f.examples] for f in findings(house)}
    assert by_kind["SECRET"] == ["key", "step"] and by_kind["no steps"] == ["bare"]
    assert by_kind["link in an answer"] == ["link"] and by_kind["empty steps"] == ["hollow"]
    assert ran.rows == 11 and {r.name for r in ran.results} == set(DAILY)
    assert [r.name for r in ran.results if not r.ran] == ["retention"]
    rows = json.dumps([house.query(f"SELECT * FROM {t}", {}) for t in ("compliance_findings", "compliance_results")])
    for text in ("jo@example", "hunter22", KEY, "idiot.", "evil.example", "On its way"):
        assert text not in rows


def test_what_masking_left_is_found_as_not_masked(house: Store) -> None:
    imported(house, [{"id": "a", **DAY, "answer": "Your customer number is K-123456."}])
    settings(house, '[privacy.patterns]\nCUSTOMER = "K-[0-9]{6}"\n')
    run(house)
    assert kinds(house) == {("personal_data", "CUSTOMER not masked"): 1}


def test_a_conversation_is_looked_at_once_whenever_it_arrives(house: Store) -> None:
    rude = {"answer": "You idiot."}
    imported(
        house, [{"id": "a", **DAY, **rude}, {"id": "b", "created_at": "2026-11-21T01:00:00Z"}, {"id": "c", **rude}]
    )
    ran = run(house)
    assert ran.days == ["2026-11-20", "2026-11-21", now()[:10], now()[:10]] and ran.rows == 3
    assert run(house).days == [] and house.find(ComplianceFinding)[0].day == "2026-11-20"
    imported(house, [{"id": "a", **DAY, **rude}, {"id": "late", **DAY, **rude}], name="again.jsonl")
    late = run(house)
    assert (late.days, late.rows, late.findings[0].examples[0]["conversation"]) == (["2026-11-20"], 1, "late")
    assert len({f.id for f in house.find(ComplianceFinding)}) == 3


def test_a_run_that_was_killed_goes_on_where_it_stopped(house: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    imported(
        house, [{"id": f"c{k}", "created_at": f"2026-11-{k:02}T10:00:00Z", "answer": "idiot"} for k in range(1, 6)]
    )

    class Killed(BaseException):
        pass

    def die(sentence: str) -> None:
        if sentence.startswith("2026-11-02"):
            raise Killed

    with pytest.raises(Killed):
        run(house, tell=die)
    assert [p.day for p in house.find(CompliancePass)] == ["2026-11-01", "2026-11-02"]
    assert run(house).rows == 3
    found = Counter(e["conversation"] for f in house.find(ComplianceFinding) for e in f.examples)
    assert found == {f"c{k}": 1 for k in range(1, 6)}


def test_of_two_runs_at_once_each_conversation_counts_once(house: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    rude = {**DAY, "answer": "idiot"}
    imported(house, [{"id": "a", **rude}])
    seen = traffic.conversations_of_day
    others: list[Ran] = []

    def slowly(*arguments: Any) -> Any:
        if not others:  # while the first run looks, more arrives and another run looks at all of it
            others.append(Ran())
            imported(house, [{"id": "b", **rude}], name="more.jsonl")
            others[0] = run(house)
        return seen(*arguments)

    monkeypatch.setattr(traffic, "conversations_of_day", slowly)
    first = run(house)
    assert (first.rows, others[0].rows) == (0, 2) and run(house).rows == 0
    assert sorted(e["conversation"] for f in findings(house) for e in f.examples) == ["a", "b"]


def test_a_finding_counts_all_and_names_some(house: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "EXAMPLES", 2)
    imported(house, [{"id": f"c{k}", **DAY, "steps": None} for k in range(7)])
    run(house)
    (found,) = findings(house)
    assert (found.n, found.looked, len(found.examples), found.owner) == (7, 7, 2, "lea")


def test_owner_and_deadline_come_from_the_settings(house: Store) -> None:
    imported(house, [{"id": "a", **DAY, "answer": "idiot"}])
    settings(house, '[compliance]\nowner = "eva"\n[compliance.days]\ntoxicity = 2\n')
    run(house)
    (found,) = findings(house)
    assert found.owner == "eva" and found.due > now()[:10] and not found.overdue
    with shifted(timedelta(days=3)):
        assert findings(house)[0].overdue
    wrong = {"[compliance.days]\ntoxic = 2\n": "did you mean", "[compliance]\nowner = 'zed'\n": "zed"}
    for text, message in wrong.items():
        settings(house, text)
        with pytest.raises(Exception, match=message):
            run(house)


@pytest.mark.parametrize("text", ['hosts = ["https://a.example"]', 'hosts = "a"', "days = 3", "owner = 1", "own = 1"])
def test_a_wrong_setting_is_named(house: Store, text: str) -> None:
    settings(house, f"[compliance]\n{text}\n")
    with pytest.raises(InputError, match="compliance"):
        project_of(house.path)


def test_hosts_that_judges_called_are_compared_with_the_list_once_a_day(house: Store) -> None:
    house.add(
        JudgeRun(id="r", judge="j", version="1", target={}, subjects=1, options={}, at=now(), by="lea"),
        *(
            JudgeCall(id=h, run_id="r", subject="s", key="k", attempt=1, at=now(), host=h, model="m", status=200,
                      error="", latency_ms=1.0)
            for h in ("ok.example:443", "other.example:443")
        ),
    )  # fmt: skip
    settings(house, '[judges]\nhosts = ["ok.example"]\n')
    assert [(f.kind, f.subject) for f in run(house).findings] == [("host not listed", "other.example:443")]
    with shifted(timedelta(days=1)):
        assert run(house).findings == [] and len(house.find(CompliancePass)) == 2


def test_the_night_runs_them_and_says_what_could_not_run(house: Store) -> None:
    imported(house, [{"id": "a", **DAY, "answer": "idiot"}])
    (done,) = run_nightly(house, steps={"checks": run_the_checks})
    assert (done.status, done.detail) == (
        "done", "1 conversation looked at, 1 new finding; not run: links to other hosts, retention overdue",
    )  # fmt: skip
    (again,) = run_nightly(house, steps={"checks": run_the_checks})
    assert again.status == "skipped"
    assert [r.detail for r in house.find(ComplianceResult, name="links")] == [
        "spotcheck.toml lists no host under [compliance], so no link can be outside the list."
    ]


def test_conversations_that_should_have_expired_are_found(house: Store) -> None:
    old = {"created_at": (datetime.fromisoformat(now()) - timedelta(days=30)).isoformat()}
    imported(house, [{"id": "old", **old}, {"id": "bad", **old, "status": "error"}, {"id": "new"}])
    settings(house, "[retention]\non = true\n")
    run(house)
    never_draw(house, week_of(datetime.fromisoformat(old["created_at"])), reason="before the start", by="lea")
    with shifted(timedelta(days=1)):
        (found,) = run(house).findings
    assert (found.name, found.kind, found.n, found.looked) == (
        "retention",
        "normal conversations past their days",
        1,
        2,
    )
    with shifted(timedelta(days=2)):
        assert run(house).findings == []  # it is open already


def test_an_erasure_that_takes_longer_than_a_month_is_found(house: Store) -> None:
    with shifted(timedelta(days=-40)):
        house.add(
            ErasureRequest(id="slow-erasure-1", kind="user", subject="k1", at=now(), by="lea"),
            ErasureRequest(id="done-erasure-1", kind="user", subject="k2", at=now(), by="lea"),
            ErasureEvent(id="e", request_id="done-erasure-1", event="proved", at=now(), by="lea"),
        )
    house.add(ErasureRequest(id="new-erasure-01", kind="user", subject="k3", at=now(), by="lea"))
    assert [(f.name, f.subject) for f in run(house).findings] == [("erasures", "slow-erasure")]


def test_only_leads_run_them(house: Store) -> None:
    with pytest.raises(Refused, match="role lead"):
        run_checks(house, project_of(house.path), by="eva")
    assert not house.find(CompliancePass)


def test_a_log_with_a_damaged_file_stops_the_run_and_loses_nothing(house: Store) -> None:
    imported(house, [{"id": "a", **DAY}])
    imported(house, [{"id": "b", **DAY}], name="other.jsonl")
    broken = log_files(log_of(house.path))[-1]
    whole = broken.read_bytes()
    broken.write_bytes(b"PAR1")
    with pytest.raises(Exception, match=r"(?i)parquet"):
        run(house)
    broken.write_bytes(whole)
    assert run(house).rows == 2


@pytest.mark.parametrize("name", DAILY)
def test_each_check_says_what_it_is_and_which_clauses_it_serves(house: Store, name: str) -> None:
    check, project = DAILY[name], project_of(house.path)
    assert (check.traffic is None) != (check.state is None)
    assert check.title and check.about[0].islower() and not check.about.endswith(".") and check.method(project)
    assert check.days >= 0 and check.clauses and all(c.law and c.article and c.how for c in check.clauses)
    assert any(c.law == "GDPR" and c.article.startswith("Art. ") for c in check.clauses)


def test_a_toy_check_is_one_object(house: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    toy = DailyCheck(
        title="toys", about="toys", clauses=(Clause("Toy law", "1", "no toys"),), days=5,
        traffic=lambda project: each(lambda c: [place("messages.0.content", 0, 1, "toy")] * ("toy" in c.question)),
        method=lambda project: "eyes",
    )  # fmt: skip
    monkeypatch.setitem(DAILY, "toys", toy)
    imported(house, [{"id": "a", **DAY, "question": "A toy?"}, {"id": "b", **DAY}])
    run(house)
    (found,) = findings(house)
    assert (found.title, found.kind, found.n, found.looked) == ("toys", "toy", 1, 2)
    assert found.to_json()["clauses"] == ["Toy law 1"]


WRITTEN = {
    "C": ("DOB 1980-02-01", "she is 94 years old"), "D": ("call +1 202 555 0147", ""), "E": ("fax: 202-555-0147", ""),
    "F": ("a@b.co", ""), "G": ("SSN 078-05-1120", ""), "H": ("MRN: 1234567", "record 1234567"),
    "I": ("health card number 12345678", "beneficiary number 123456789"),
    "J": ("DE89370400440532013000", "account number 12345678"), "K": ("", "driver license D1234567"),
    "L": ("", "VIN 1HGCM82633A004352"), "M": ("", "serial number SN-123456"), "N": ("", "https://x.org/jane"),
    "O": ("10.1.2.3", ""), "A": ("", "John Smith"), "B": ("", "12 Main Street, Springfield 90210"),
}  # fmt: skip


def test_the_18_identifiers_claim_no_more_than_masking_finds(house: Store) -> None:
    project = project_of(house.path)
    table = {one.letter: one for one in identifiers(project)}
    assert "".join(table) == "ABCDEFGHIJKLMNOPQR" and all(one.name and one.why for one in table.values())
    wanted = recognisers_of(project)
    for letter, (found, missed) in WRITTEN.items():
        status = table[letter].status
        masked = [span.kind for span in mask_text(found, wanted)[1]]
        assert bool(masked) == (status != "not looked for") and set(masked) <= set(table[letter].kinds), letter
        assert (missed == "") == (status == "found") and not mask_text(missed, wanted)[1], letter
    assert all(set(one.kinds) <= set(wanted.kinds) for one in table.values())
    settings(house, '[privacy]\naddresses = true\n[compliance]\nhosts = ["a.example"]\n')
    richer = {one.letter: one.status for one in identifiers(project_of(house.path))}
    assert (richer["B"], richer["N"]) == ("partly", "partly")


@pytest.mark.parametrize("word", ["Idiot", "IDIOTS", "niggas", "cállate", "stronza"])
def test_the_quick_test_of_toxic_words_lets_none_of_them_pass(house: Store, word: str) -> None:
    imported(house, [{"id": "a", **DAY, "answer": f"Well, {word}!"}, {"id": "b", **DAY, "answer": f"Well, x{word}x!"}])
    run(house)
    assert kinds(house).get(("toxicity", "toxic word")) == 1
