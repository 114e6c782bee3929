"""Who a visitor is: claims that are unreadable or expired, and requests around the proxy, are nobody."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.audit import chain
from review.basics.errors import InputError, Refused
from review.commands import common
from review.people.identity import LEEWAY, Nobody, Visitor, by_claims, by_headers, display_name, rater_id, same
from review.people.people import add_person, arrived, people, person, require
from storage.records_people import AuditEntry, Rater, Role
from storage.store import Store

NOW = 1_800_000_000.0
ISSUER = "https://login.example.org"
CLAIMS: dict[str, Any] = {
    "is_logged_in": True, "iss": ISSUER, "sub": "248289761001", "name": "Ana Müller", "exp": NOW + 3600, "iat": NOW - 5,
}  # fmt: skip
SECRET = "correct horse battery staple"


def test_a_login_is_issuer_subject_and_a_name_to_show() -> None:
    assert by_claims(CLAIMS, now=NOW) == Visitor(ISSUER, "248289761001", "Ana Müller")


def test_a_visitor_without_a_login_is_nobody_without_an_error() -> None:
    assert by_claims({}, now=NOW) == Nobody("")
    assert by_claims({**CLAIMS, "is_logged_in": False}, now=NOW) == Nobody("")
    assert by_claims({"email": "lea@example.org"}, now=NOW) == Nobody("")


@pytest.mark.parametrize(("late", "in_time"), [(-1, True), (LEEWAY - 1, True), (LEEWAY, False), (86_400, False)])
def test_an_expired_token_is_refused(late: float, in_time: bool) -> None:
    # exp is NOW + 3600; two clocks may differ by the leeway of 30 s, no more.
    found = by_claims(CLAIMS, now=NOW + 3600 + late)
    assert isinstance(found, Visitor) == in_time
    if isinstance(found, Nobody):
        assert "ended at 2027-01-15 09:00 UTC" in found.why


@pytest.mark.parametrize("exp", [None, "", "1800003600", True, float("nan"), float("inf"), 10**400, [NOW + 60], {}])
def test_a_token_without_a_valid_expiry_is_refused(exp: object) -> None:
    found = by_claims({**CLAIMS, "exp": exp}, now=NOW)
    assert found == Nobody("The login does not say when it ends (claim exp).")
    without = {k: v for k, v in CLAIMS.items() if k != "exp"}
    assert by_claims(without, now=NOW) == found


@pytest.mark.parametrize("claim", ["iss", "sub"])
@pytest.mark.parametrize("value", [None, "", "  ", 7, True, ["a"], "a\0b", "a\nb", "x" * 256, "\ud800"])
def test_a_login_without_issuer_or_subject_is_nobody(claim: str, value: object) -> None:
    """In the store an empty issuer means a person without a login."""
    assert isinstance(by_claims({**CLAIMS, claim: value}, now=NOW), Nobody)


@pytest.mark.parametrize("claim", ["iat", "nbf"])
def test_a_token_of_the_future_is_refused(claim: str) -> None:
    assert isinstance(by_claims({**CLAIMS, claim: NOW + LEEWAY - 1}, now=NOW), Visitor)
    assert isinstance(by_claims({**CLAIMS, claim: NOW + LEEWAY + 1}, now=NOW), Nobody)
    assert isinstance(by_claims({**CLAIMS, claim: "now"}, now=NOW), Nobody)


@given(st.dictionaries(st.sampled_from([*CLAIMS, "nbf", "email"]), st.none() | st.booleans() | st.floats() | st.text()))
def test_whatever_the_claims_are_the_answer_is_a_visitor_or_nobody(claims: dict[str, Any]) -> None:
    found = by_claims({**CLAIMS, **claims}, now=NOW)
    assert isinstance(found, Nobody) or (found.issuer and found.subject and found.name)


def test_a_proxy_is_believed_with_the_secret() -> None:
    assert by_headers(["lea@example.org"], [SECRET], secret=SECRET) == Visitor(
        "proxy", "lea@example.org", "lea@example.org"
    )
    # A proxy sends UTF-8, the server reads Latin-1.
    assert by_headers(["zoë".encode().decode("latin-1")], [SECRET], secret=SECRET) == Visitor("proxy", "zoë", "zoë")


@pytest.mark.parametrize(
    "secrets",
    [[], [""], ["wrong"], [SECRET[:-1]], [SECRET + "x"], [SECRET.upper()], [SECRET, SECRET], ["", SECRET], ["é"]],
)
def test_a_header_without_the_secret_is_not_believed(secrets: list[str]) -> None:
    assert isinstance(by_headers(["lea"], secrets, secret=SECRET), Nobody)


def test_without_a_secret_of_our_own_nothing_is_believed() -> None:
    assert isinstance(by_headers(["lea"], [""], secret=""), Nobody)
    assert isinstance(by_headers(["lea"], [], secret=""), Nobody)


@pytest.mark.parametrize("users", [[], [""], ["   "], ["lea", "ana"], ["lea", "lea"], ["a\0"], ["x" * 256]])
def test_no_user_an_empty_one_or_two_are_nobody(users: list[str]) -> None:
    assert isinstance(by_headers(users, [SECRET], secret=SECRET), Nobody)


@given(st.text(), st.text())
def test_secrets_are_compared_by_value(a: str, b: str) -> None:
    assert same(a, b) == (a == b) and same(a, a)


def test_a_display_name_is_visible() -> None:
    assert display_name(None, "", "\u202e\u200b", " Ana\n Müller ") == "Ana Müller"
    assert display_name("Zoe\u0308") == "Zoë"
    assert display_name("ab\u202edc") == "abdc"  # no override of the reading direction
    assert display_name("![Eva](https://x.example/p.png) <b>`$1`") == "!Eva(https://x.example/p.png) b1"
    assert display_name("!!!", 5) == "somebody" and len(display_name("x" * 300)) == 60


def test_an_id_depends_on_issuer_subject_and_the_stores_key() -> None:
    visitor = Visitor(ISSUER, "1", "Ana Müller")
    ids = {
        rater_id(v, key=key)
        for v in (visitor, Visitor(ISSUER + "/", "1", "Ana Müller"), Visitor(ISSUER, "2", "Ana Müller"))
        for key in (b"one", b"two")
    }
    assert len(ids) == 6 and all(i.startswith("ana-müller-") for i in ids)
    assert rater_id(Visitor(ISSUER, "1", "!"), key=b"one").startswith("somebody-")


def test_a_first_login_adds_a_rater_without_a_role_and_one_audit_entry(store: Store) -> None:
    add_person(store, "lea", role="lead", by="init")
    made = arrived(store, Visitor(ISSUER, "7", "Ana"))
    assert made.role == "" and not made.may("annotator") and made.issuer == ISSUER
    assert arrived(store, Visitor(ISSUER, "7", "Ana Müller, married")) == made  # a new name is the same person
    logins = [e for e in store.find(AuditEntry) if e.action == "first login"]
    assert [(e.actor, e.subject, e.detail["issuer"]) for e in logins] == [(made.id, made.id, ISSUER)]
    assert chain.verify(store)[1] is None
    with pytest.raises(Refused, match="has no role"):
        require(store, made.id, "annotator")


def test_the_same_name_or_subject_elsewhere_is_another_person(store: Store) -> None:
    one = arrived(store, Visitor(ISSUER, "7", "Ana"))
    others = [
        arrived(store, v)
        for v in (
            Visitor("https://other.example", "7", "Ana"),
            Visitor(ISSUER, "8", "Ana"),
            Visitor("proxy", "7", "Ana"),
        )
    ]
    everybody = [one, *others]
    assert len({p.id for p in everybody}) == 4 and len({p.name for p in everybody}) == 4


def test_nobody_gets_the_rights_of_another_by_taking_their_name(store: Store) -> None:
    """A display name equal to the name or id of another person gives no access anywhere."""
    lea = add_person(store, "Lea Sommer", role="lead", by="init")
    for name in ("Lea Sommer", "lea sommer", "lea-sommer"):
        impostor = arrived(store, Visitor(ISSUER, f"eve as {name}", name))
        assert impostor.id != lea.id and not impostor.may("annotator")
        assert impostor.name.casefold() not in (lea.name.casefold(), lea.id)
        assert person(store, name) == lea


def test_a_lead_grants_a_role_by_id_and_never_by_the_name_of_a_login(store: Store) -> None:
    lea = add_person(store, "lea", role="lead", by="init")
    ana = arrived(store, Visitor(ISSUER, "7", "Ana"))
    with pytest.raises(InputError, match=f"Give the id '{ana.id}' if you mean the person with subject '7'"):
        add_person(store, "ANA", role="annotator", by=lea.id)
    assert add_person(store, ana.id, role="adjudicator", by=lea.id).id == ana.id
    assert person(store, ana.id).may("adjudicator")
    add_person(store, ana.id, role="none", by=lea.id)
    assert person(store, ana.id).role == "" and store.find(Role)[-1].role == ""
    assert [e.detail["role"] for e in store.find(AuditEntry) if e.subject == ana.id and e.action == "role"] == [
        "adjudicator",
        "none",
    ]


def test_a_person_can_be_added_before_the_first_login(store: Store) -> None:
    lea = add_person(store, "lea", role="lead", by="init")
    made = add_person(store, "Eva", role="lead", by=lea.id, issuer=ISSUER, subject="9")
    came = arrived(store, Visitor(ISSUER, "9", "Eva Sommer"))
    assert came == made and came.may("lead") and len(store.find(Rater)) == 2
    again = add_person(store, "Eva", role="annotator", by=lea.id, issuer=ISSUER, subject="9")
    assert again.id == made.id and person(store, made.id).role == "annotator"


@pytest.mark.parametrize(("issuer", "subject"), [("", "9"), (ISSUER, ""), (ISSUER, "a\nb"), ("x" * 256, "9")])
def test_half_a_login_is_refused(store: Store, issuer: str, subject: str) -> None:
    with pytest.raises(InputError, match="expected the value in the token of the login"):
        add_person(store, "Eva", role="lead", by="init", issuer=issuer, subject=subject)
    assert people(store) == []


def test_the_only_lead_cannot_lose_the_role(store: Store) -> None:
    add_person(store, "lea", role="lead", by="init")
    with pytest.raises(Refused, match="only lead"):
        add_person(store, "lea", role="none", by="lea")


def test_the_command_line_acts_as_a_person_who_logs_in_only_with_as(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    lea = add_person(store, "lea", role="lead", by="init")
    add_person(store, "root", role="lead", by=lea.id, issuer=ISSUER, subject="9")
    monkeypatch.setattr(common, "system_user", lambda: "root")
    assert common.acting_person(store, None) == lea
    assert common.acting_person(store, "root").issuer == ISSUER
