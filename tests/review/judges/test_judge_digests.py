"""Digests of versions and questions: old stores find their versions and their replies again only if these stay."""

from __future__ import annotations

import pytest
from llm_desk import RUBRIC

from review.basics.canonical import digest
from review.judges.kinds import JUDGES
from review.judges.llm.prompt import Ask, questions_of
from review.judges.protocol.protocol import Subject
from review.settings.judges import JudgeSettings

SETTINGS = JudgeSettings(("localhost", "llm.example.org"))
WHOLE = Subject(
    id="item-7",
    conversation_id="conversation-7",
    group="user-7",
    question="Where is it?",
    answer="On its way.",
    messages=(
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "Hello!", "tool_calls": [{"name": "find", "arguments": {"id": 5}}]},
        {"role": "user", "content": "Where is it?"},
        {"role": "assistant", "content": "On its way."},
    ),
    context=("We deliver within three days.",),
    steps=("look up", {"thought": "found it"}),
    sql="SELECT 1",
    result="1",
    expected_answer="It arrives tomorrow.",
    reference_sql="SELECT 2",
    scenario="order_status",
    language="en",
)
BARE = Subject(id="i", conversation_id="c", group="g", question="Where?", answer="There.")
SHORTEST = {"endpoint": "http://localhost:8000", "model": "small"}
FULL = {
    "endpoint": "https://LLM.example.org/v1/chat/completions",
    "model": "m",
    "parameters": {"seed": 3, "temperature": 0.5},
    "examples": [
        {
            "example_id": "e1",
            "conversation_id": "c9",
            "question": "May I?",
            "answer": "No.",
            "labels": {"politeness": "rude", "correctness": "wrong", "reasons": ["unsafe"]},
        }
    ],
    "confidence": True,
    "price_in": 1,
    "price_out": 2.5,
    "key_env": "MY_KEY",
    "structured": "json_schema",
}
OWN_WORDS = {
    "endpoint": "http://localhost/v1",
    "model": "m",
    "prompt": "{dimension} {values} {guidance} {answer}{question} {{x}}",
    "system": "By {guidance}",
    "rationale": False,
    "structured": "none",
    "parameters": {},
}
LEARNED = {
    "weeks": ["2026-W40"],
    "strength": 1,
    "thresholds": {"politeness": 0.5},
    "fields": ["answer"],
    "training": "t",
    "seed": 7,
    "folds": 3,
}


def whole(kind, dimensions, table):
    return JUDGES[kind].checked(JUDGES[kind].read(table), dimensions, SETTINGS)


def chosen(names):
    return tuple(d for d in RUBRIC.dimensions if d.name in names.split())


@pytest.mark.parametrize(
    ("kind", "names", "table", "content"),
    [
        ("llm", "politeness", SHORTEST, "222aceeae3f1578cabe7b9ed46d124f31bb8c000bf68697333826a69dc8de7b5"),
        (
            "llm",
            "correctness reasons politeness",
            FULL,
            "9fdddea677ed261a1bf1b7b32ef19c32c520ba6b1b0dcb502189c522ab71178e",
        ),
        ("llm", "correctness intent", OWN_WORDS, "d517116a61a4f1a5ebe2d1dcf768aa0d179aebabc09015cbb2659505f29f14c6"),
        ("learned", "politeness", {}, "741a7382370f74c27fb4c662000ea9b3515757dc8cd3e10f10185cffc5d382af"),
        ("learned", "politeness", LEARNED, "32ad6312dd84808151c391ddeff32f8e7dbdf43480b5dcd9116a6cbc907b4116"),
        (
            "recorded",
            "politeness",
            {"source": "file", "file": "v.csv", "rows": 3, "digest": "ab"},
            "c566668bc8409d1f46f594b2015f4b6a3fe84424694df1e9e19be7abba822eb5",
        ),
        (
            "recorded",
            "politeness",
            {"file": "v.csv"},
            "e1e7f5904109e1b4abcc3e557892bd718e141a44ab53cae880156120f48c44eb",
        ),
    ],
)
def test_the_content_of_a_version_has_the_digest_it_always_had(kind, names, table, content):
    dimensions = chosen(names)
    spec = whole(kind, dimensions, table).to_json()
    assert digest([kind, [d.name for d in dimensions], spec, 1]) == content


QUESTIONS = {
    ("politeness", "shortest"): [
        "3b53cbd1ba48d6a86bf9ea4274cace8ec32b4c87ed0b813deca597c01c0195e5",
        "68609acd768b88afb1de3e997993aa5906df1f73a35a38e963a9e9974148b063",
        "28fb30edc40b29b67186a0aa111d22fc1ed9df9d16de27bad247b689903badd0",
        "30490e1e69ba11c4a6a5e63b8d24866bef5c2125714dbad4bda312a519e6ee3e",
        "7eccb5ea5b8e5eea00ab5e180428c616afe023959e18c4050ed2f42cd15232db",
        "0aab2ece14c048787a9168c036894888ee72139451eaac9381bef4ddda7b63e2",
        "aa3e51953fa858ab3b028b6d0cb76dfcd3568021efba144efb0ce2ec7c03944b",
        "59d35e1cdcd53880134d9ec2386dfeeef7d732eddac6c52fcb21c57937e76122",
    ],
    ("correctness reasons politeness", "full"): [
        "66f7d192cf47c0b9918a74bcee6b4f9636b06f84f575e49abf8e4bf150656614",
        "e3359a867db85dab5e6bcb3026e926542e43cedaba94346352b103f6a3ef3120",
        "33257bfb2aaa4352303598b21b61764bc616ce51bdf403a74b46d99d4607cc33",
        "5d150dd496a28c95f267eb6d1525f009d1c495af835df839a6e5cbe381fd0f7a",
        "ef94d5630b9611d37382c2b56f57fe2b9dbdbaaab2cd80be0edfe2954f5f0960",
        "017ddd59f60a13c22835aecc9418adc7cdd2d0e3cfb4d4534c6eb9e0637f4dc0",
        "e67336dfebc1fb3705ec2a79933f5737524dbe78775fdfeffec103f04cd9a9b0",
        "59d90a18e75befb13ad98b6e112a835bfb65a847f9edae43e7893efdf935906e",
    ],
    ("correctness intent", "own words"): [
        "0323e9fdf40263cbb376a41df766ea7ffd7abf8896434cc339f291d7138f10c1",
        "aa492cee7d28ad2b5a77710e964fc411dc0a4c31351f78225b98a842bfd17d5e",
        "e7b35f82837e1bae32fe396e3a45509e83e0c2608789f9a174cfd9a669155cda",
        "1bd7868c80b3969d9708c01e62a7a62b9cd60eb5a0c597522e80a41bbf44fb73",
        "8d208b1e6e225510d59706634c5e64a5a9e43d9c4ea127d837adaace54711b80",
        "5bf2baf732f1f5eb3047758963155e8d47b9acda74a020fcf90d0e9caf7b8b6e",
        "6b1c7298de16794c548ab174096663fda72c8abcf8f29237ccdd42f32c510e74",
        "f0a86c5ab79b6feac52d391af22d2bc50ee10a21d08797a92657784a40981063",
    ],
}
"""Of both subjects, in both orders, without a repeat and for the second repeat."""


@pytest.mark.parametrize(
    ("names", "table", "digests"),
    [
        (names, {"shortest": SHORTEST, "full": FULL, "own words": OWN_WORDS}[table], digests)
        for (names, table), digests in QUESTIONS.items()
    ],
)
def test_a_question_has_the_digest_it_always_had(names, table, digests):
    dimensions = chosen(names)
    questions = questions_of(whole("llm", dimensions, table), dimensions)
    asks = [(Ask(0, reverse, repeat), s) for s in (WHOLE, BARE) for reverse in (False, True) for repeat in (0, 2)]
    assert [questions.question(ask, subject).digest for ask, subject in asks] == digests
