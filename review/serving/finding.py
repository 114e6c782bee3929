"""What a few typed words find for somebody: items, golden examples, judges, releases, people, dimensions and pages.

Everything found stands on a page that this person may open, and nothing is found that the page would hide: an item that
somebody still owes is not found, because a result would tell that others have reviewed it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from review.basics.words import counted
from review.current.assignments import owed_items
from review.evidence.seen_pair import may_see_pair
from review.golden.examples import readable_examples
from review.golden.releases import releases
from review.people.people import READER, Person, people_in_use
from review.privacy.hidden_spans import conversations
from review.rubric.rubric import current_rubric
from storage.queries.comments import others_have_reviewed
from storage.queries.pairs import PAIR
from storage.queries.search import FoundItem, items_named, items_saying
from storage.records_judges import Judge
from storage.records_log import Conversation
from storage.records_review import Annotation
from storage.store import Store

EACH = 5
"""How many results of a kind are shown."""
LEAST = 2
"""Characters; a single one would find everything."""
SECONDS = 0.1
"""For ids and the text of conversations together; texts get at least a part of it."""
LEAST_SECONDS = 0.02
_LIKE_AN_ID = re.compile(r"[^\s]*[\d_/#-][^\s]*")
"""Only what looks like an id is looked for in ids: half a million of them take a tenth of a second."""
SHOWN = 110


class Place(NamedTuple):
    """A page or a part of one: what it is called, other words for it, and the role that it needs."""

    title: str
    page: str
    query: Mapping[str, str]
    words: str
    role: str


class Hit(NamedTuple):
    """One result: what it is called, what stands beside it, and the page with what the address says."""

    title: str
    detail: str
    page: str
    query: Mapping[str, str]


@dataclass(frozen=True)
class Findings:
    """The results by kind in the order in which they are shown; ``looked`` says how far the texts were read."""

    hits: Mapping[str, list[Hit]] = field(default_factory=dict)
    looked: str = ""


PLACES = (
    Place("Week", "week", {}, "results report close due date production quality", "reader"),
    Place("Week: report", "week", {"view": "report"}, "print pdf markdown trend decisions", "reader"),
    Place("Annotate", "annotate", {}, "review queue label items", "annotator"),
    Place("Discuss", "discuss", {}, "comments talk votes", "annotator"),
    Place("Discuss: calibration", "discuss", {"view": "calibration"}, "session blind together", "annotator"),
    Place("Adjudicate", "adjudicate", {}, "disagreements settle unanimous single votes", "adjudicator"),
    Place("Golden: candidates", "golden", {"view": "candidates"}, "approve", "adjudicator"),
    Place("Golden: examples", "golden", {"view": "examples"}, "provenance retire", "adjudicator"),
    Place("Golden: coverage", "golden", {"view": "coverage"}, "scenarios matrix plan", "adjudicator"),
    Place("Golden: releases", "golden", {"view": "releases"}, "export diff freeze", "adjudicator"),
    Place("Agreement", "agreement", {}, "alpha kappa reviewers pairs contested", "reader"),
    Place("Judges", "judges", {}, "calibration recall precision prompt trust", "reader"),
    Place("Versions", "versions", {}, "prompts register approve lineage runs accuracy", "adjudicator"),
    Place("Versions: runs", "versions", {"view": "runs"}, "start pause resume target", "adjudicator"),
    Place("Compare", "compare", {}, "gate flips models benchmark trend waive", "adjudicator"),
    Place("Health", "health", {}, "traffic errors latency cost monitoring slices periods", "adjudicator"),
    Place("Health: alerts", "health", {"view": "alerts"}, "alarm acknowledge incident owner", "adjudicator"),
    Place("Health: engagement", "health", {"view": "engagement"}, "users usage sessions", "adjudicator"),
    Place("Health: two groups", "health", {"view": "ab"}, "a/b variant comparison outcomes", "adjudicator"),
    Place("Failures: triage", "failures", {"view": "triage"}, "errors root cause task week", "adjudicator"),
    Place("Failures: list", "failures", {"view": "list"}, "errors steps trace notes repaired", "adjudicator"),
    Place("Failures: modes", "failures", {"view": "modes"}, "error analysis share name merge", "adjudicator"),
    Place("Failures: fixes", "failures", {"view": "fixes"}, "claim version recurrence reopen", "adjudicator"),
    Place("Failures: for golden", "failures", {"view": "proposals"}, "proposed edge cases", "adjudicator"),
    Place("Conversations: import", "conversations", {"view": "import"}, "upload file log", "lead"),
    Place("Conversations: sources", "conversations", {"view": "sources"}, "connections pull", "lead"),
    Place("Conversations: past imports", "conversations", {"view": "imports"}, "undo rejected", "lead"),
    Place("Conversations: browse the log", "conversations", {"view": "browse"}, "search scenario pick", "lead"),
    Place("Conversations: labels and verdicts", "conversations", {"view": "judgements"}, "import", "lead"),
    Place("Sampling", "sampling", {}, "draw open week minutes overlap schedule", "lead"),
    Place("Sampling: every week", "sampling", {"tab": "Every week"}, "automatic night schedule", "lead"),
    Place("Sampling: ledger", "sampling", {"tab": "Ledger"}, "draws frames groups probabilities", "lead"),
    Place("Rubric", "rubric", {}, "dimensions values guidance in force", "annotator"),
    Place("Rubric: open questions", "rubric", {"view": "questions"}, "unclear", "annotator"),
    Place("Rubric: versions", "rubric", {"view": "versions"}, "history what changed", "annotator"),
    Place("Rubric: change", "rubric", {"view": "change"}, "editor toml keys conditions", "lead"),
    Place("Rubric: ask again", "rubric", {"view": "again"}, "requeue", "lead"),
    Place("Settings: people", "settings", {}, "roles invite link fields hand over", "annotator"),
    Place("Settings: imports", "settings", {"tab": "Imports"}, "masking rejected files", "annotator"),
    Place("Settings: messages", "settings", {"tab": "Messages"}, "reminders notify late sent log", "lead"),
    Place("Compliance: findings", "compliance", {}, "gdpr hipaa personal data secrets overdue owner", "auditor"),
    Place("Compliance: control report", "compliance", {"view": "report"}, "checks clauses articles", "auditor"),
    Place("Compliance: retention", "compliance", {"view": "retention"}, "expire hold delete days", "auditor"),
    Place("Compliance: erasure", "compliance", {"view": "erasure"}, "delete user gdpr forget proof", "auditor"),
    Place("Compliance: evidence pack", "compliance", {"view": "pack"}, "signed auditor verify", "auditor"),
    Place("Audit", "audit", {}, "history chain log verify", "auditor"),
)
"""Every page and the views that somebody may look for by name."""


def find(store: Store, text: str, viewer: Person) -> Findings:
    """Return what ``text`` finds for a person, by kind. Less than two characters find nothing."""
    words = " ".join(text.split())
    if len(words) < LEAST or not viewer.may(READER):
        return Findings()
    items, looked = _items(store, words, viewer)
    curator = viewer.may("adjudicator")
    found = {
        "Items": items,
        "Golden examples": _examples(store, words, viewer) if curator else [],
        "Judges": _judges(store, words),
        "Releases": _releases(store, words) if curator else [],
        "People": _people(store, words) if viewer.may("annotator") else [],
        "Rubric": _dimensions(store, words) if viewer.may("annotator") else [],
        "Pages and settings": _places(words, viewer),
        "The log": _log(words) if viewer.may("lead") else [],
    }
    return Findings({kind: hits for kind, hits in found.items() if hits}, looked)


def _items(store: Store, words: str, viewer: Person) -> tuple[list[Hit], str]:
    begun = time.monotonic()
    named = items_named(store, words, 4 * EACH) if _LIKE_AN_ID.fullmatch(words) else []
    left = max(SECONDS - (time.monotonic() - begun), LEAST_SECONDS)
    said, read = items_saying(store, words, 4 * EACH, seconds=left)
    owed = owed_items(store, viewer.id)
    found = [one for one in dict.fromkeys([*named, *said]) if one.id not in owed]
    shown = conversations(store, [one.conversation_id for one in found])
    by_id = {one.id for one in named}
    hits = [
        hit
        for one in found
        if one.id in by_id or _says(shown[one.conversation_id], words)
        for hit in [_item(store, one, shown[one.conversation_id], viewer)]
        if hit
    ]
    return hits[:EACH], f"Texts: the latest {counted(read, 'conversation')}." if read else ""


def _says(conversation: Conversation, words: str) -> bool:
    """Whether the conversation still says it without its hidden spans."""
    folded = words.casefold()
    return any(folded in " ".join(str(m.get("content") or "").split()).casefold() for m in conversation.messages)


def _item(store: Store, one: FoundItem, shown: Conversation, viewer: Person) -> Hit | None:
    """Return the link to the page on which this person may see an item; None if there is none."""
    title, query = shown.question[:SHOWN] or one.id, {"item": one.id, "week": one.week}
    if one.kind == PAIR:
        seen = may_see_pair(store, one.id, one.week, viewer=viewer.id, adjudicates=viewer.may("adjudicator"))
        return Hit(title, f"{one.week} · pair of answers", "agreement", {"pair": one.id}) if seen else None
    if viewer.may("adjudicator") and one.reviewed:
        return Hit(title, f"{one.week} · {one.id}", "adjudicate", query)
    if viewer.may("lead"):
        return Hit(
            title, f"{one.week} · not reviewed yet", "conversations", {"view": "browse", "id": one.conversation_id}
        )
    own = one.reviewed and store.find(Annotation, item_id=one.id, rater_id=viewer.id)
    if own and others_have_reviewed(store, one.id, viewer.id):
        return Hit(title, f"{one.week} · {one.id}", "discuss", query)
    return None


def _examples(store: Store, words: str, viewer: Person) -> list[Hit]:
    readable, _ = readable_examples(store, viewer=viewer.id)
    return [
        Hit(
            e.content["question"][:SHOWN],
            " · ".join(part for part in (e.scenario, e.example_id) if part),
            "golden",
            {"view": "examples", "example": e.example_id},
        )
        for e in readable
        if _in(words, e.example_id, e.content["question"], e.content["expected_answer"], e.scenario)
    ][:EACH]


def _judges(store: Store, words: str) -> list[Hit]:
    latest = {judge.name: judge for judge in store.find(Judge)}
    return [
        Hit(j.name, f"{j.kind}, version {j.version}", "judges", {"judge": j.id})
        for j in latest.values()
        if _in(words, j.name, j.id)
    ][:EACH]


def _releases(store: Store, words: str) -> list[Hit]:
    return [
        Hit(
            r.name,
            f"{counted(r.size, 'example')}, {r.at[:10]}",
            "golden",
            {"view": "releases", "release": r.name},
        )
        for r in reversed(releases(store))
        if _in(words, r.name, r.notes)
    ][:EACH]


def _people(store: Store, words: str) -> list[Hit]:
    return [Hit(p.name, p.role or "no role", "settings", {}) for p in people_in_use(store) if _in(words, p.name, p.id)][
        :EACH
    ]


def _dimensions(store: Store, words: str) -> list[Hit]:
    spaced = words.replace(" ", "_")
    return [
        Hit(d.title or d.name, "dimension", "rubric", {"view": "form"})
        for d in current_rubric(store).dimensions
        if _in(words, d.name, d.title, *d.scale.values) or _in(spaced, d.name, *d.scale.values)
    ][:EACH]


def _places(words: str, viewer: Person) -> list[Hit]:
    return [Hit(p.title, "", p.page, p.query) for p in PLACES if viewer.may(p.role) and _in(words, p.title, p.words)][
        :EACH
    ]


def _log(words: str) -> list[Hit]:
    return [Hit(f"Search the whole log for “{words}”", "", "conversations", {"view": "browse", "text": words})]


def _in(words: str, *texts: str) -> bool:
    folded = words.casefold()
    return any(folded in text.casefold() for text in _texts(texts))


def _texts(texts: Iterable[str | None]) -> Iterable[str]:
    return (text for text in texts if text)
