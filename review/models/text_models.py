"""Text-classification models, loaded from files on this machine and run in batches on CPU or GPU."""

from __future__ import annotations

import contextlib
import functools
import inspect
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from review.basics.errors import InputError
from review.models.model_files import ODD_CONTENT, OFFLINE, Description, describe_model, headless, imported, unreadable

FALLBACK_LIMIT = 512
"""How many tokens to read when neither the tokenizer nor the model states a limit."""

NO_LIMIT = 10**9
"""A tokenizer without a limit states a huge number."""

DEVICES = ("auto", "cpu", "cuda", "mps")
Text = str | tuple[str, str]
Progress = Callable[[int, int], None]


class Classified(NamedTuple):
    """The result for one text: a probability for each label in order, the text's length in tokens, and tokens read."""

    probabilities: tuple[float, ...]
    tokens: int
    read: int


@dataclass(frozen=True, kw_only=True)
class TextModel:
    """A loaded model on its device, from :func:`load_model`. ``limit`` is the most tokens that it reads of a text."""

    description: Description
    limit: int
    device: str
    tokenizer: Any = field(repr=False)
    network: Any = field(repr=False)
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def classify(
        self,
        texts: Sequence[Text],
        *,
        batch_size: int = 32,
        max_length: int | None = None,
        progress: Progress | None = None,
    ) -> list[Classified]:
        """Classify texts, or pairs of texts that become the model's two segments; return the results in order.

        Long texts are cut at ``max_length`` tokens or at the model's limit. ``progress`` is called with (done, all).
        """
        texts = [_clean(t) for t in texts]
        longest, size = min(max_length or self.limit, self.limit), max(1, batch_size)
        # Texts of similar length go together, because a batch is padded to its longest text.
        order = sorted(range(len(texts)), key=lambda i: -_length(texts[i]))
        found: dict[int, Classified] = {}
        for start in range(0, len(order), size):
            chosen = order[start : start + size]
            # A tokenizer that cuts and pads is not thread-safe.
            with self.lock:
                found |= zip(chosen, self._batch([texts[i] for i in chosen], longest), strict=True)
            if progress is not None:
                progress(len(found), len(order))
        return [found[i] for i in range(len(texts))]

    def _batch(self, texts: list[Text], longest: int) -> Iterator[Classified]:
        torch = imported("torch")
        firsts, seconds = _segments(texts)
        whole = self.tokenizer(firsts, seconds, truncation=False, verbose=False)["input_ids"]
        cut = self.tokenizer(
            firsts, seconds, truncation=True, max_length=longest, padding=True, return_tensors="pt", verbose=False
        )
        # A model may not accept everything that its tokenizer returns.
        taken = inspect.signature(self.network.forward).parameters
        with torch.inference_mode():
            logits = self.network(**{k: v.to(self.device) for k, v in cut.items() if k in taken}).logits.float()
            spread = torch.sigmoid(logits) if self.description.independent else torch.softmax(logits, dim=-1)
        read = cut["attention_mask"].sum(dim=1).tolist()
        for row, ids, used in zip(spread.cpu().tolist(), whole, read, strict=True):
            yield Classified(tuple(row), len(ids), min(int(used), len(ids)))


def load_model(name: str, *, device: str = "auto") -> TextModel:
    """Load the model at ``name`` on ``device`` ("auto" prefers a GPU); it stays loaded until its files change.

    Raises InputError as :func:`describe_model` does, and when torch or the device is missing.
    """
    torch = imported("torch")
    return _load(describe_model(name), _device(device, torch))


def _device(setting: str, torch: Any) -> str:
    available = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if setting not in DEVICES:
        raise InputError(f"device: found {setting!r}, expected one of {', '.join(DEVICES)}.")
    if setting == "auto":
        return next(name for name, found in available.items() if found)
    if not available[setting]:
        raise InputError(f"device: found {setting!r}, which this machine does not have; expected auto or cpu.")
    return setting


@functools.lru_cache(maxsize=2)
def _load(description: Description, device: str) -> TextModel:
    transformers, torch = imported("transformers"), imported("torch")
    # safetensors comes with the extra "models".
    from safetensors import SafetensorError

    name, folder = description.name, description.folder
    with quiet(transformers):
        try:
            tokenizer = transformers.AutoTokenizer.from_pretrained(folder, **OFFLINE)
            network, report = transformers.AutoModelForSequenceClassification.from_pretrained(
                folder, **OFFLINE, use_safetensors=True, output_loading_info=True, dtype=torch.float32
            )
        except (*ODD_CONTENT, SafetensorError) as error:
            raise unreadable(name, error) from None
    # Missing weights would be drawn at random, and so would the verdicts.
    missing = sorted(map(str, [*report["missing_keys"], *report["mismatched_keys"]]))
    if missing:
        raise headless(name, f"its files lack {', '.join(missing[:3])}")
    if len(tokenizer) > network.get_input_embeddings().num_embeddings:
        raise InputError(
            f"model '{name}': its tokenizer has more tokens than the model, so it belongs to another model."
        )
    if tokenizer.pad_token is None:
        if tokenizer.eos_token is None:
            raise InputError(f"model '{name}': its tokenizer has no padding token; name one in tokenizer_config.json.")
        tokenizer.pad_token = tokenizer.eos_token
    if network.config.pad_token_id is None:
        network.config.pad_token_id = tokenizer.pad_token_id
    if device == "cpu":
        # Leave one core to the application: with a thread on each core, all threads wait for the one that is delayed.
        torch.set_num_threads(max(1, (os.cpu_count() or 1) - 1))
    limits = [n for n in (description.limit, tokenizer.model_max_length) if n and n < NO_LIMIT]
    limit = int(min(limits, default=FALLBACK_LIMIT))
    return TextModel(
        description=description, limit=limit, device=device, tokenizer=tokenizer, network=network.to(device).eval()
    )


@contextlib.contextmanager
def quiet(transformers: Any) -> Iterator[None]:
    """Silence the library's progress bars and reports while a model loads; errors become our own messages."""
    logging = transformers.utils.logging
    bars, level = logging.is_progress_bar_enabled(), logging.get_verbosity()
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()


def _clean(text: Text) -> Text:
    """Replace lone surrogates, which a tokenizer refuses, by question marks."""
    if isinstance(text, tuple):
        return _encodable(text[0]), _encodable(text[1])
    return _encodable(text)


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _length(text: Text) -> int:
    return len(text) if isinstance(text, str) else len(text[0]) + len(text[1])


def _segments(texts: Sequence[Text]) -> tuple[list[str], list[str] | None]:
    """Return the first segments and, where the texts are pairs, the second ones."""
    pairs = [t for t in texts if isinstance(t, tuple)]
    if pairs:
        return [a for a, _ in pairs], [b for _, b in pairs]
    return [str(t) for t in texts], None
