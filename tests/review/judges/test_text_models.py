"""Text-classification models are found, refused and run offline, from files as users have them."""

from __future__ import annotations

import json
import shutil
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tiny_model import TOKENS, WORDS, needs_models, save_model

from review.basics.errors import InputError
from review.models.model_files import describe_model
from review.models.text_models import load_model

pytestmark = needs_models


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_model(tmp_path_factory.mktemp("models") / "politeness")


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lookup of an address means that something tried to leave the machine."""

    def refuse(*args: object, **_: object) -> None:
        raise AssertionError(f"asked the network for {args[:2]}")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def changed(model: Path, folder: Path, **config: object) -> Path:
    shutil.copytree(model, folder)
    found = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(found | config))
    return folder


def test_a_saved_model_says_what_it_was_trained_to_say(model: Path) -> None:
    loaded = load_model(str(model))
    assert loaded.description.labels == tuple(WORDS)
    texts = [" ".join(own[:3]) for own in WORDS.values()]
    for label, result in zip(WORDS, loaded.classify(texts), strict=True):
        assert sum(result.probabilities) == pytest.approx(1)
        assert max(zip(result.probabilities, loaded.description.labels, strict=True))[1] == label


def test_the_order_and_the_size_of_batches_change_nothing(model: Path) -> None:
    loaded = load_model(str(model))
    texts = ["thank " * k + "idiot " * (7 - k) for k in range(8)] + ["", "order"]
    one = loaded.classify(texts, batch_size=1)
    for result, other in zip(one, loaded.classify(texts, batch_size=4), strict=True):
        assert result.probabilities == pytest.approx(other.probabilities, abs=1e-5)
        assert (result.tokens, result.read) == (other.tokens, other.read)
    turned = loaded.classify(texts[::-1], batch_size=4)[::-1]
    assert [r.tokens for r in turned] == [r.tokens for r in one]


def test_a_long_text_is_cut_and_it_is_said_how_much_was_read(model: Path) -> None:
    loaded = load_model(str(model))
    whole, cut, short = loaded.classify(["order " * 5000, "order " * 30, "order"], max_length=20)
    # Each text has the two tokens [CLS] and [SEP] around its words; 20 tokens are read.
    assert (whole.tokens, whole.read) == (5002, 20)
    assert (cut.tokens, cut.read) == (32, 20)
    assert (short.tokens, short.read) == (3, 3)
    assert loaded.classify(["order " * 5000])[0].read == TOKENS == loaded.limit


def test_a_pair_is_given_as_two_segments(model: Path) -> None:
    (pair,) = load_model(str(model)).classify([("order number", "thank")])
    assert pair.tokens == 1 + 2 + 1 + 1 + 1  # [CLS] order number [SEP] thank [SEP]


def test_odd_texts_are_read_too(model: Path) -> None:
    odd = ["", " \n", "\x00", "\ud800", "谢谢你的订单", "شكرا لك", "{braces} {0} %s", "👩‍👩‍👧‍👦" * 50]
    assert len(load_model(str(model)).classify(odd)) == len(odd)


def test_several_threads_may_share_a_model(model: Path) -> None:
    loaded = load_model(str(model))
    texts = [f"{'order ' * k}thank you" for k in range(30)]
    alone = [r.tokens for r in loaded.classify(texts)]
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda n: loaded.classify(texts, batch_size=n, max_length=8 + n), range(1, 9)):
            assert [r.tokens for r in found] == alone


def test_progress_is_told(model: Path) -> None:
    told: list[tuple[int, int]] = []
    load_model(str(model)).classify(["order"] * 10, batch_size=4, progress=lambda done, all_: told.append((done, all_)))
    assert told == [(4, 10), (8, 10), (10, 10)]


def test_a_model_is_loaded_once_while_its_files_last(model: Path, tmp_path: Path) -> None:
    assert load_model(str(model)) is load_model(str(model))
    folder = save_model(tmp_path / "m", steps=1)
    first = load_model(str(folder))
    save_model(folder, steps=1, seed=1)
    assert load_model(str(folder)).description.digest != first.description.digest


def test_a_name_is_found_in_the_local_cache(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub

    revision = "0123456789abcdef0123456789abcdef01234567"
    cached = tmp_path / "models--team--politeness"
    shutil.copytree(model, cached / "snapshots" / revision)
    (cached / "refs").mkdir()
    (cached / "refs" / "main").write_text(revision)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    found = describe_model("team/politeness")
    assert found.labels == tuple(WORDS)
    assert found.digest == describe_model(str(model)).digest


@pytest.mark.parametrize("name", ["team/never-fetched", "distilbert-base-uncased", "/no/such/folder", "two words!"])
def test_an_unknown_name_is_refused_without_asking_the_network(name: str) -> None:
    with pytest.raises(InputError, match=r"neither a folder here nor in the local cache.*nothing is downloaded"):
        load_model(name)


def test_a_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no config\.json"):
        load_model(str(tmp_path))
    (tmp_path / "adapter_config.json").write_text("{}")
    with pytest.raises(InputError, match="adapter"):
        load_model(str(tmp_path))
    with pytest.raises(InputError, match="Give the model"):
        load_model(" ")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"model_type": "unheard-of"}', "\x00\x01"])
def test_a_spoilt_configuration_is_refused(model: Path, tmp_path: Path, content: str) -> None:
    folder = changed(model, tmp_path / "m")
    (folder / "config.json").write_text(content)
    with pytest.raises(InputError, match=r"cannot be read|sequence-classification"):
        load_model(str(folder))


def test_spoilt_or_missing_weights_and_tokenizers_are_refused(model: Path, tmp_path: Path) -> None:
    cut = changed(model, tmp_path / "cut")
    (cut / "model.safetensors").write_bytes((model / "model.safetensors").read_bytes()[:500])
    with pytest.raises(InputError, match="cannot be read"):
        load_model(str(cut))
    mute = changed(model, tmp_path / "mute")
    for file in mute.glob("tokenizer*"):
        file.unlink()
    with pytest.raises(InputError, match="no tokenizer"):
        load_model(str(mute))


def test_a_model_without_a_classification_head_is_refused(model: Path, tmp_path: Path) -> None:
    headless = save_model(tmp_path / "headless", head=False, steps=1)
    with pytest.raises(InputError, match=r"no trained sequence-classification head.*DistilBertModel"):
        load_model(str(headless))
    # Also where the configuration claims a head: weights that the files lack would be drawn at random.
    claimed = json.loads((headless / "config.json").read_text()) | {"architectures": None}
    (headless / "config.json").write_text(json.dumps(claimed))
    with pytest.raises(InputError, match="its files lack classifier"):
        load_model(str(headless))


def test_a_tokenizer_of_another_model_is_refused(model: Path, tmp_path: Path) -> None:
    many = {label: [f"{label}{k}" for k in range(20)] for label in WORDS}
    other, mixed = save_model(tmp_path / "other", many, steps=1), changed(model, tmp_path / "mixed")
    shutil.copy(other / "tokenizer.json", mixed)
    with pytest.raises(InputError, match="belongs to another model"):
        load_model(str(mixed))


def test_a_head_of_another_size_is_refused(model: Path, tmp_path: Path) -> None:
    wider = changed(model, tmp_path / "wider", id2label={str(k): f"L{k}" for k in range(9)}, label2id={})
    with pytest.raises(InputError, match=r"cannot be read|its files lack"):
        load_model(str(wider))


def test_a_regression_is_refused(model: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a number"):
        describe_model(str(changed(model, tmp_path / "m", problem_type="regression")))


def test_pickled_weights_are_never_opened(model: Path, tmp_path: Path) -> None:
    folder = changed(model, tmp_path / "m")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(InputError, match="safetensors"):
        load_model(str(folder))


def test_code_of_a_model_is_never_run(model: Path, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    code = f"open({str(ran)!r}, 'w').close()\nclass Own:\n    pass\n"
    folder = changed(model, tmp_path / "m", model_type="own", auto_map={"AutoConfig": "own.Own"})
    (folder / "own.py").write_text(code)
    with pytest.raises(InputError, match="code of its own"):
        load_model(str(folder))
    assert not ran.exists()


def test_the_device_is_chosen_or_refused(model: Path) -> None:
    import torch

    assert load_model(str(model), device="cpu").device == "cpu"
    with pytest.raises(InputError, match="expected one of auto, cpu, cuda, mps"):
        load_model(str(model), device="gpu")
    if not torch.cuda.is_available():
        with pytest.raises(InputError, match="this machine does not have"):
            load_model(str(model), device="cuda")


def test_without_the_packages_it_is_said_what_to_install(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(InputError, match=r"pip install '\.\[models\]'"):
        load_model(str(model))
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(InputError, match=r"pip install '\.\[models\]'"):
        describe_model(str(model))
