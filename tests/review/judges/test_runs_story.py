"""From a new judge to its figures on the demonstration: added, run, calibrated, changed, compared, looked at once."""

import json

from click.testing import CliRunner
from openai_server import OpenAIServer

from review.commands.cli import spotcheck
from review.statistics.calibration.split import split_of
from storage.records_judges import JudgeCall, Look
from storage.records_weeks import Item, Week

POLITE = ("please", "thank", "happy", "glad", "sorry", "welcome")


def judge_of_words(text):
    """Friendly when the answer under review has a polite word, else neutral; it has no rude at all."""
    answer = text.lower()
    return {"politeness": "friendly" if any(word in answer for word in POLITE) else "neutral"}


def test_from_a_new_judge_to_its_figures(demo, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MY_KEY", "sk-test-0123456789abcdef")

    def run(*words, acting=True):
        who = ["--as", "visitor"] if acting else []
        result = CliRunner().invoke(spotcheck, [*words, *who, "--store", str(demo.path), "--json"])
        assert result.exception is None, f"{result.output}\n{result.exception!r}"
        return json.loads(result.stdout)

    week = demo.find(Week, order_by="name")[0].name
    items, asked = demo.find(Item, week=week), len(demo.find(JudgeCall))
    dev = [i for i in items if split_of(i.conversation_id) == "dev"]
    with OpenAIServer(judge_of_words, key="sk-test-0123456789abcdef") as server:
        settings = tmp_path / "spotcheck.toml"
        before = settings.read_text(encoding="utf-8") if settings.exists() else ""
        settings.write_text(f'{before}\n[judges]\nhosts = ["{server.place}"]\n', encoding="utf-8")
        spec = (f"endpoint={server.url}", "model=small", "key_env=MY_KEY", "price_in=1", "price_out=2")
        options = [word for s in spec for word in ("--set", s)]
        made = run("judge", "add", "words", "--kind", "llm", "--dimension", "politeness", *options)
        done = run("judge", "run", "words", "--week", week, "--split", "dev")["run"]
        assert (made["id"], done["state"], done["verdicts"], done["missing"]) == ("words@1", "finished", len(dev), {})
        # The figures that everybody sees are those of dev; it finds no rude answer, because it has no such word.
        figures = run("calibrate", "--judge", "words", "--week", week, "--bootstrap", "0")["dimensions"]["politeness"]
        assert figures["weighted"]["recall"]["value"] == 0.0 and demo.find(Look) == []
        changed = run("judge", "add", "words", "--set", "model=large", "--note", "a larger one")
        assert changed["id"] == "words@2"
        run("judge", "run", "words@2", "--week", week, "--split", "dev")
        compared = run("judge", "compare", "words@1", "words@2", "--week", week)["dimensions"]["politeness"]
        (pair,) = compared["pairs"]
        # Both say the same of everything: no discordant pair, and nothing to tell them apart.
        assert (pair["b"], pair["c"]) == (0, 0)
        run("judge", "run", "words@2", "--week", week, "--split", "test")
        report = run("calibrate", "--judge", "words@2", "--week", week, "--split", "test", "--bootstrap", "0")
        assert "politeness" in report["dimensions"] and len(demo.find(Look)) == 1
        # Every subject was asked about once by each version, and nothing more.
        assert len(demo.find(JudgeCall)) - asked == len(dev) + len(items) == len(server.seen)


def test_a_judge_trained_on_one_week_judges_the_next(demo, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(*words):
        result = CliRunner().invoke(spotcheck, [*words, "--store", str(demo.path), "--json", "--as", "visitor"])
        assert result.exception is None, f"{result.output}\n{result.exception!r}"
        return json.loads(result.stdout)

    first, last = (demo.find(Week, order_by="name")[k].name for k in (0, -1))
    made = run("judge", "add", "cheap", "--kind", "learned", "--dimension", "politeness", "--set", f'weeks=["{first}"]')
    done = run("judge", "run", "cheap", "--week", last)["run"]
    assert made["spec"]["weeks"] == [first] and done["state"] == "finished" and done["calls"] == 0
    assert done["done"] == done["total"] == len(demo.find(Item, week=last))
    assert done["cost"] == 0.0 and done["missing"] == {}
