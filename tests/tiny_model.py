"""Small real text-classification models that tests train and save, as users save theirs."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

LACKING = [p for p in ("torch", "transformers") if find_spec(p) is None]
needs_models = pytest.mark.skipif(
    bool(LACKING), reason=f"{' and '.join(LACKING)} not installed (the extra 'models'); .ci/run installs them"
)

WORDS: dict[str, tuple[str, ...]] = {
    "friendly": ("thank", "gladly", "welcome", "happy", "kindly"),
    "neutral": ("order", "invoice", "parcel", "date", "number"),
    "rude": ("idiot", "stupid", "nonsense", "shut", "fool"),
    "spam": ("casino", "lottery", "viagra", "jackpot", "crypto"),
}
"""The label that a text full of these words has."""

TOKENS = 64


def save_model(
    folder: Path,
    words: Mapping[str, Sequence[str]] = WORDS,
    *,
    independent: bool = False,
    head: bool = True,
    steps: int = 150,
    seed: int = 0,
) -> Path:
    """Save a DistilBERT of one small layer that was trained to tell apart texts of these words, with its tokenizer.

    ``independent`` labels each have a probability of their own; a label without words holds for none. Without
    ``head`` the network is saved without its classifier. All workers of a run copy what one of them has trained.
    """
    asked = json.dumps([list(map(list, words.items())), independent, head, steps, seed])
    kept = (
        Path(os.environ.get("SPOTCHECK_TEST_KEYS", folder.parent))
        / "models"
        / hashlib.sha256(asked.encode()).hexdigest()[:20]
    )
    kept.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{kept}.lock"):
        if not kept.exists():
            unfinished = kept.with_suffix(".unfinished")
            _train(unfinished, words, independent=independent, head=head, steps=steps, seed=seed)
            unfinished.rename(kept)
    shutil.copytree(kept, folder, dirs_exist_ok=True)
    return folder


def _train(
    folder: Path, words: Mapping[str, Sequence[str]], *, independent: bool, head: bool, steps: int, seed: int
) -> None:
    import torch
    from transformers import DistilBertConfig, DistilBertForSequenceClassification

    labels = list(words)
    tokenizer = _tokenizer(list(itertools.chain(*words.values())))
    torch.set_num_threads(1)  # layers this small only wait for each other on several
    torch.manual_seed(seed)
    config = DistilBertConfig(
        vocab_size=len(tokenizer),
        dim=16,
        n_layers=1,
        n_heads=2,
        hidden_dim=32,
        max_position_embeddings=TOKENS,
        pad_token_id=tokenizer.pad_token_id,
        id2label=dict(enumerate(labels)),
        label2id={label: k for k, label in enumerate(labels)},
        problem_type="multi_label_classification" if independent else "single_label_classification",
    )
    network = DistilBertForSequenceClassification(config)
    texts, truth = _lessons(words)
    target = torch.tensor(truth)
    if independent:
        target = torch.nn.functional.one_hot(target, len(labels)).float()
        texts, target = [*texts, "unheard"], torch.cat([target, torch.zeros(1, len(labels))])
    given = tokenizer(texts, padding=True, return_tensors="pt", return_token_type_ids=False)
    optimizer = torch.optim.AdamW(network.parameters(), lr=5e-3)
    network.train()
    for _ in range(steps):
        optimizer.zero_grad()
        network(**given, labels=target).loss.backward()
        optimizer.step()
    (network if head else network.distilbert).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _lessons(words: Mapping[str, Sequence[str]]) -> tuple[list[str], list[int]]:
    """Each word alone, and each pair, strange words between."""
    texts, truth = [], []
    for k, own in enumerate(words.values()):
        for text in [*own, *(f"{a} unheard {b}" for a, b in itertools.combinations(own, 2))]:
            texts.append(text)
            truth.append(k)
    return texts, truth


def _tokenizer(vocabulary: Sequence[str]) -> Any:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    special = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
    plain = Tokenizer(models.WordLevel({w: k for k, w in enumerate([*special, *vocabulary])}, unk_token="[UNK]"))
    plain.normalizer = normalizers.Lowercase()
    plain.pre_tokenizer = pre_tokenizers.Whitespace()
    plain.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=plain,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_max_length=TOKENS,
    )
