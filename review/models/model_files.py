"""Text-classification models of Hugging Face's transformers, as files on this machine.

A model is a folder written by ``save_pretrained``, or a name whose files are in the local cache. Nothing is ever
downloaded, no code of a model runs, and weights come from safetensors alone, because unpickling runs code.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from review.basics.errors import InputError
from review.basics.words import installing

INSTALL = f"Models need the packages transformers and torch, which are not installed: {installing('models')}."
OFFLINE = {"local_files_only": True, "trust_remote_code": False}
ODD_CONTENT = (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, ImportError)
"""What the library raises for malformed files; it has no error class of its own for them."""

_VOCABULARIES = ("tokenizer.json", "vocab*", "*.model")
_DECIDING = ("*.safetensors", "*.safetensors.index.json", "*.json", "vocab*", "merges.txt", "*.model")


@dataclass(frozen=True, kw_only=True)
class Description:
    """What the files of a model say about it, without its weights.

    ``labels`` are in the order of its outputs. ``independent`` labels each have their own probability (several may
    hold, or none); otherwise the probabilities sum to one. ``limit`` is the most tokens it can read, None where only
    the tokenizer knows. ``digest`` is the SHA-256 over the files that determine its output.
    """

    name: str
    folder: Path
    labels: tuple[str, ...]
    independent: bool
    limit: int | None
    digest: str


def describe_model(name: str) -> Description:
    """Describe the model at ``name``, a folder or a name in the local cache.

    Raises InputError when transformers is missing, when the model is not on this machine, and when it has no
    sequence-classification head, has no safetensors, or needs to run its own code.
    """
    transformers = imported("transformers")
    folder = _folder(name)
    _refuse_folder(name, folder)
    try:
        config = transformers.AutoConfig.from_pretrained(folder, **OFFLINE)
    except ODD_CONTENT as error:
        raise unreadable(name, error) from None
    kinds = [str(a) for a in config.architectures or ()]
    if kinds and not any(k.endswith("ForSequenceClassification") for k in kinds):
        raise headless(name, f"it is a {kinds[0]}")
    problem = getattr(config, "problem_type", None)
    if problem == "regression":
        raise InputError(f"model '{name}' predicts a number (regression), expected one that names classes.")
    labels = tuple(str(label) for _, label in sorted(config.id2label.items(), key=lambda pair: int(pair[0])))
    independent = problem == "multi_label_classification" or len(labels) == 1
    return Description(
        name=name,
        folder=folder,
        labels=labels,
        independent=independent,
        limit=_positions(config),
        digest=_digest(folder),
    )


def imported(package: str) -> Any:
    """Import a package. Raises InputError that says what to install."""
    try:
        return importlib.import_module(package)
    except ImportError:
        raise InputError(INSTALL) from None


def unreadable(name: str, error: BaseException) -> InputError:
    """Return the library's complaint about a model's files as one sentence."""
    text = str(error).strip()
    if "custom code" in text or "trust_remote_code" in text:
        return InputError(
            f"model '{name}' wants to run code of its own, which is never allowed; expected a model of transformers."
        )
    first = text.splitlines()[0][:160].rstrip(".") if text else type(error).__name__
    return InputError(
        f"model '{name}' cannot be read ({first}); expected a folder that save_pretrained wrote, with its tokenizer."
    )


def headless(name: str, found: str) -> InputError:
    """Return the error for a model whose outputs were never trained as classes."""
    return InputError(
        f"model '{name}' has no trained sequence-classification head ({found}); expected a model that was trained to "
        "classify texts."
    )


def _folder(name: str) -> Path:
    """Return the folder of the model. A name is looked up in the cache, because loading by name asks the network."""
    if not name.strip():
        raise InputError("Give the model: a folder, or the name of a model in the local cache.")
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder.resolve()
    # huggingface_hub comes with the extra "models".
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, local_files_only=True)).resolve()
    except (OSError, ValueError):
        raise InputError(
            f"model '{name}' is neither a folder here nor in the local cache of Hugging Face, and nothing is "
            "downloaded. Name its folder, or fetch it once with `hf download`."
        ) from None


def _refuse_folder(name: str, folder: Path) -> None:
    if not (folder / "config.json").is_file():
        adapter = (folder / "adapter_config.json").is_file()
        raise InputError(
            f"model '{name}': the folder has no config.json; expected one that save_pretrained wrote."
            + " It holds an adapter: merge it into its model first." * adapter
        )
    if not any(folder.glob("*.safetensors")):
        raise InputError(
            f"model '{name}' has no *.safetensors file. Pickled weights can run code and are not read; save the model "
            "again with save_pretrained, which writes safetensors."
        )
    # Without these files the library makes an empty tokenizer, which knows no word.
    if not any(p.is_file() for pattern in _VOCABULARIES for p in folder.glob(pattern)):
        raise InputError(f"model '{name}' has no tokenizer; save it beside the model: tokenizer.save_pretrained(...).")


def _positions(config: Any) -> int | None:
    """Return how many tokens the position embeddings allow; the RoBERTa family counts from after the padding id."""
    limit = getattr(config, "max_position_embeddings", None)
    if not isinstance(limit, int) or limit < 1:
        return None
    kind = str(getattr(config, "model_type", ""))
    offset = (config.pad_token_id or 0) + 1 if "roberta" in kind or kind == "camembert" else 0
    return max(1, limit - offset)


def _digest(folder: Path) -> str:
    files = sorted({p for pattern in _DECIDING for p in folder.glob(pattern) if p.is_file()})
    return _digest_of(tuple((str(p), p.stat().st_mtime_ns, p.stat().st_size) for p in files))


@functools.lru_cache(maxsize=16)
def _digest_of(files: tuple[tuple[str, int, int], ...]) -> str:
    """Hash names and contents; cached while times and sizes stay the same, because weights are large."""
    whole = hashlib.sha256()
    for path, _, _ in files:
        with Path(path).open("rb") as file:
            whole.update(f"{Path(path).name}:{hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return whole.hexdigest()
