"""Text-classification models of Hugging Face's transformers as files on this machine.

A model is a folder (as ``save_pretrained`` writes it) or a name whose files lie in the local cache. Nothing is ever
downloaded, no code of a model is run, and weights are read from safetensors alone, because unpickling runs code.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from review.basics.errors import InputError

INSTALL = "Models need the packages transformers and torch, which are not installed: pip install 'spotcheck[models]'."
OFFLINE = {"local_files_only": True, "trust_remote_code": False}
ODD_CONTENT = (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, ImportError)
"""What the library raises over files that are not what they should be; it has no error of its own for it."""

_VOCABULARIES = ("tokenizer.json", "vocab*", "*.model")
_DECIDING = ("*.safetensors", "*.safetensors.index.json", "*.json", "vocab*", "merges.txt", "*.model")


@dataclass(frozen=True, kw_only=True)
class Description:
    """What a model's files say of it without loading the weights.

    ``labels`` in the order of its outputs. ``independent`` labels each have a probability of their own (several may
    hold, or none), otherwise they sum to one. ``limit`` is the most tokens it can read, None where only the tokenizer
    knows. ``digest`` is the SHA-256 over the files that decide what it says.
    """

    name: str
    folder: Path
    labels: tuple[str, ...]
    independent: bool
    limit: int | None
    digest: str


def describe_model(name: str) -> Description:
    """What the model at ``name`` (a folder, or a name in the local cache) says of itself.

    Raises InputError when transformers lacks, and when there is no such model on this machine, or it has no
    sequence-classification head, no safetensors, or wants to run code of its own.
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
    """The package, or InputError with what to install."""
    try:
        return importlib.import_module(package)
    except ImportError:
        raise InputError(INSTALL) from None


def unreadable(name: str, error: BaseException) -> InputError:
    """The library's complaint about a model's files as one sentence."""
    said = str(error).strip()
    if "custom code" in said or "trust_remote_code" in said:
        return InputError(
            f"model '{name}' wants to run code of its own, which is never allowed; expected a model of transformers."
        )
    first = said.splitlines()[0][:160].rstrip(".") if said else type(error).__name__
    return InputError(
        f"model '{name}' cannot be read ({first}); expected a folder that save_pretrained wrote, with its tokenizer."
    )


def headless(name: str, found: str) -> InputError:
    """A model whose outputs were never trained to be classes."""
    return InputError(
        f"model '{name}' has no trained sequence-classification head ({found}); expected a model that was trained to "
        "classify texts."
    )


def _folder(name: str) -> Path:
    """Where the model's files lie. A name is looked up in the cache here, because loading by name asks the network."""
    if not name.strip():
        raise InputError("model: found nothing, expected a folder or the name of a model in the local cache.")
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder.resolve()
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, local_files_only=True)).resolve()
    except (OSError, ValueError):
        raise InputError(
            f"model '{name}' is neither a folder here nor in the local cache of Hugging Face, and nothing is "
            "downloaded. Give its folder, or fetch it once with `hf download`."
        ) from None


def _refuse_folder(name: str, folder: Path) -> None:
    if not (folder / "config.json").is_file():
        adapter = (folder / "adapter_config.json").is_file()
        raise InputError(
            f"model '{name}': the folder is no model, it has no config.json; expected one that save_pretrained wrote."
            + " It holds an adapter: merge it into its model first." * adapter
        )
    if not any(folder.glob("*.safetensors")):
        raise InputError(
            f"model '{name}' has no *.safetensors file. Pickled weights can run code and are not read; save the model "
            "again with save_pretrained, which writes safetensors."
        )
    # Without these the library makes an empty tokenizer, to which every word is unknown.
    if not any(p.is_file() for pattern in _VOCABULARIES for p in folder.glob(pattern)):
        raise InputError(f"model '{name}' has no tokenizer; save it beside the model: tokenizer.save_pretrained(...).")


def _positions(config: Any) -> int | None:
    """The most tokens that the position embeddings allow; RoBERTa's family counts from behind the padding's id."""
    limit = getattr(config, "max_position_embeddings", None)
    if not isinstance(limit, int) or limit < 1:
        return None
    kind = str(getattr(config, "model_type", ""))
    behind = (config.pad_token_id or 0) + 1 if "roberta" in kind or kind == "camembert" else 0
    return max(1, limit - behind)


def _digest(folder: Path) -> str:
    files = sorted({p for pattern in _DECIDING for p in folder.glob(pattern) if p.is_file()})
    return _digest_of(tuple((str(p), p.stat().st_mtime_ns, p.stat().st_size) for p in files))


@functools.lru_cache(maxsize=16)
def _digest_of(files: tuple[tuple[str, int, int], ...]) -> str:
    """Over names and contents; remembered while times and sizes stay, for weights are large."""
    whole = hashlib.sha256()
    for path, _, _ in files:
        with Path(path).open("rb") as file:
            whole.update(f"{Path(path).name}:{hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return whole.hexdigest()
