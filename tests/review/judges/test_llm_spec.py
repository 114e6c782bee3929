"""The spec of an llm judge: read and completed once; each wrong setting is named without repeating a secret."""

from __future__ import annotations

import pytest
from llm_desk import POLITENESS, REASONS

from review.basics.errors import InputError
from review.judges.llm.endpoint import endpoint_of, key_of
from review.judges.llm.kind import checked as fitted
from review.judges.llm.spec import DEFAULTS, PROMPT, SYSTEM, LlmSpec
from review.settings.judges import JudgeSettings

BASE = {"endpoint": "http://localhost:8000/v1", "model": "small"}
HOSTS = JudgeSettings(("localhost",))
EXAMPLE = {"question": "q", "answer": "a", "labels": {"politeness": "rude"}}


def checked(table, dimensions, settings):
    return fitted(LlmSpec.from_json(table), dimensions, settings)


def test_an_endpoint_and_a_model_are_enough():
    assert checked(BASE, (POLITENESS,), HOSTS).to_json() == DEFAULTS | BASE | {"prompt": PROMPT, "system": SYSTEM}


def test_a_whole_spec_stays_as_it_is():
    whole = checked({**BASE, "examples": [EXAMPLE], "key_env": "MY_KEY"}, (POLITENESS,), HOSTS)
    assert checked(whole.to_json(), (POLITENESS,), HOSTS) == whole == LlmSpec.from_json(whole.to_json())


def test_an_empty_prompt_is_the_default_one():
    assert checked({**BASE, "prompt": " \n"}, (POLITENESS,), HOSTS).prompt == PROMPT


def test_labels_of_examples_are_canonical_and_those_of_other_dimensions_stay_away():
    example = {"question": "q", "answer": "a", "labels": {"reasons": "unsafe|wrong_fact", "politeness": "rude"}}
    whole = checked({**BASE, "examples": [example]}, (REASONS,), HOSTS)
    assert whole.to_json()["examples"] == [{**example, "labels": {"reasons": ["wrong_fact", "unsafe"]}}]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"modell": "x"}, "found setting 'modell', expected endpoint, model"),
        ({"endpoint": ""}, "endpoint: found '', expected an address"),
        ({"endpoint": 5}, "endpoint: found 5"),
        ({"endpoint": "localhost:8000"}, "endpoint: found 'localhost:8000', expected http:// or https://"),
        ({"endpoint": "ftp://localhost/v1"}, "expected http:// or https:// with a host"),
        ({"endpoint": "http:///v1"}, "expected http:// or https:// with a host"),
        ({"endpoint": "http://localhost:port/v1"}, "the address cannot be read"),
        ({"endpoint": "http://localhost:99999/v1"}, "the address cannot be read"),
        ({"endpoint": "http://[::1/v1"}, "the address cannot be read"),
        ({"endpoint": "http://local host/v1"}, "expected http:// or https:// with a host"),
        ({"model": " "}, "Give the model"),
        ({"model": 5}, "model: found int, expected a text"),
        ({"prompt": ["x"]}, "prompt: found list, expected a text"),
        ({"structured": "yes"}, "structured: found 'yes', expected one of auto, json_schema, json_object, none"),
        ({"rationale": 1}, "rationale: found 1, expected true or false"),
        ({"parameters": "hot"}, "parameters: found str, expected a table"),
        ({"parameters": {"stream": True}}, "parameters: found 'stream', which Spotcheck sets itself"),
        ({"parameters": {"messages": []}}, "parameters: found 'messages'"),
        ({"parameters": {"seed": "x"}}, "parameters.seed: found 'x', expected a whole number"),
        ({"parameters": {"x": {1, 2}}}, "parameters: found a value that JSON cannot hold"),
        ({"price_in": -1, "price_out": 1}, "price_in: found -1, expected the price of a million tokens"),
        ({"price_in": 1}, "price_out is missing beside price_in"),
        ({"price_out": 1}, "price_in is missing beside price_out"),
        ({"price_in": True, "price_out": 1}, "price_in: found True"),
        ({"price_in": float("nan"), "price_out": 1}, "price_in: found nan"),
        ({"examples": "x"}, "examples: found str, expected a list"),
        ({"examples": [5]}, "examples, number 1: expected a question, an answer and labels"),
        ({"examples": [EXAMPLE, {"answer": "a"}]}, "examples, number 2: expected a question"),
        (
            {"examples": [{**EXAMPLE, "labels": {"politeness": "rud"}}]},
            r"examples, number 1, politeness: found 'rud', .*did you mean 'rude'",
        ),
        ({"examples": [{**EXAMPLE, "labels": {}}]}, "examples, number 1: found no label in politeness"),
    ],
    ids=range(30),
)
def test_a_wrong_setting_is_named(settings, sentence):
    with pytest.raises(InputError, match=sentence):
        checked({**BASE, **settings}, (POLITENESS,), HOSTS)


def test_a_judge_of_nothing_is_refused():
    with pytest.raises(InputError, match="Choose at least one dimension"):
        checked(BASE, (), HOSTS)


SECRET = "sk_live_0123456789"


@pytest.mark.parametrize(
    "settings",
    [
        {"endpoint": f"http://user:{SECRET}@localhost/v1"},
        {"endpoint": f"http://{SECRET}@localhost/v1"},
        {"endpoint": f"http://localhost/v1?key={SECRET}"},
        {"endpoint": f"http://localhost/v1#{SECRET}"},
        {"key_env": SECRET},
        {"key_env": f"Bearer {SECRET}"},
        {"key_env": f"sk-{SECRET}"},
        {"key_env": [SECRET]},
        {"parameters": {"api_key": SECRET}},
        {"parameters": {"Authorization": f"Bearer {SECRET}"}},
        {"parameters": {"apiKey": SECRET}},
        {"parameters": {"extra_body": {"api_key": SECRET}}},
        {"parameters": {"extra_headers": {"Authorization": f"Bearer {SECRET}"}}},
        {"parameters": {"extra_headers": {"X-API-Key": 123}, "seed": SECRET}},
        {"parameters": {"extra": [{"deep": [[{"apikey": SECRET}]]}]}},
        {"parameters": {"extra_headers": [["X-Pass", f"Bearer {SECRET}"]]}},
        {"parameters": {"user": SECRET}},
        {"parameters": {"extra_body": {SECRET: 1}}},
    ],
)
def test_a_secret_in_a_spec_is_refused_and_not_repeated(settings):
    with pytest.raises(InputError) as caught:
        checked({**BASE, **settings}, (POLITENESS,), HOSTS)
    assert SECRET not in str(caught.value) and "key" in str(caught.value)


def test_parameters_that_only_sound_like_keys_are_taken():
    parameters = {
        "max_tokens": 50,
        "logit_bias": {"50256": -100},
        "stop": ["\nkey:", "token"],
        "chat_template_kwargs": {"enable_thinking": False, "keyboard": "bearer"},
    }
    assert checked({**BASE, "parameters": parameters}, (POLITENESS,), HOSTS).parameters == parameters


@pytest.mark.parametrize("found", ["AIzaSyD0123456789abcdefghij", "AKIAIOSFODNN7EXAMPLE", "0123abcd", "f00dbeef" * 8])
def test_a_key_that_could_be_a_variables_name_is_not_taken_for_one(found):
    with pytest.raises(InputError, match="key_env: this is not the name") as caught:
        checked({**BASE, "key_env": found}, (POLITENESS,), HOSTS)
    assert found not in str(caught.value)


@pytest.mark.parametrize("name", ["K", "TOKEN", "OPENAI_API_KEY", "_KEY_2"])
def test_a_variables_name_is_taken(name):
    assert checked({**BASE, "key_env": name}, (POLITENESS,), HOSTS).key_env == name


@pytest.mark.parametrize(
    ("text", "url", "place"),
    [
        ("http://localhost:11434/v1", "http://localhost:11434/v1/chat/completions", "localhost:11434"),
        ("http://localhost:11434/v1/", "http://localhost:11434/v1/chat/completions", "localhost:11434"),
        ("http://localhost:11434", "http://localhost:11434/v1/chat/completions", "localhost:11434"),
        ("https://LLM.eg.org/v1/chat/completions", "https://llm.eg.org/v1/chat/completions", "llm.eg.org:443"),
        ("https://example.org/api/openai", "https://example.org/api/openai/chat/completions", "example.org:443"),
        ("http://[::1]:8000/v1", "http://[::1]:8000/v1/chat/completions", "[::1]:8000"),
    ],
)  # fmt: skip
def test_an_address_may_be_given_short_or_whole(text, url, place):
    assert (endpoint_of(text).url, endpoint_of(text).place) == (url, place)
    assert endpoint_of(endpoint_of(text).base) == endpoint_of(text)


@pytest.mark.parametrize("hosts", [("llm.example.org",), ("other", "llm.example.org:8443")])
def test_an_allow_listed_host_or_host_and_port_is_let_through(hosts):
    assert checked({**BASE, "endpoint": "https://LLM.example.org:8443/v1"}, (POLITENESS,), JudgeSettings(hosts))


@pytest.mark.parametrize("hosts", [(), ("localhost:9000", "example.org", "local")])
def test_another_host_is_refused_with_the_line_to_write(hosts):
    with pytest.raises(InputError) as caught:
        checked(BASE, (POLITENESS,), JudgeSettings(hosts))
    line = ", ".join(f'"{h}"' for h in (*hosts, "localhost:8000"))
    assert f"write under [judges] in spotcheck.toml: hosts = [{line}]" in str(caught.value)


def test_the_key_comes_from_the_environment_alone():
    whole = checked({**BASE, "key_env": "LLM_KEY"}, (POLITENESS,), HOSTS)
    assert key_of(whole.key_env, whole.endpoint, {"LLM_KEY": " abc \n"}) == "abc"
    assert key_of(checked(BASE, (POLITENESS,), HOSTS).key_env, whole.endpoint, {"OPENAI_API_KEY": "abc"}) == ""
    for environment in ({}, {"LLM_KEY": " "}):
        with pytest.raises(InputError, match="the environment variable LLM_KEY is not set; it holds the key of localhost:8000"):  # fmt: skip # noqa: E501
            key_of(whole.key_env, whole.endpoint, environment)


@pytest.mark.parametrize("key", ["abc\r\nX-Evil: 1", "schlüssel", "two words"])
def test_a_key_that_no_header_can_hold_is_not_repeated(key):
    whole = checked({**BASE, "key_env": "LLM_KEY"}, (POLITENESS,), HOSTS)
    with pytest.raises(InputError, match="the key in LLM_KEY contains characters that no key has") as caught:
        key_of(whole.key_env, whole.endpoint, {"LLM_KEY": key})
    assert key not in str(caught.value)
