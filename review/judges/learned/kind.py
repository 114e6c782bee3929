"""The learned kind of judge: a classifier trained on settled labels, which works offline and costs nothing.

A subject that the classifier was trained on, or that shares a conversation with such a subject, is judged by a machine
that has not seen it, so the verdicts may be calibrated on the training weeks themselves. The classifier is trained
again whenever it runs, which takes seconds; no model is ever stored. Its verdict is the most probable value. With a
threshold for a dimension it is the positive value from that probability on, else the most probable of the others.
Probabilities hold for the mix of items in the training set, which differs from that of the traffic.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from review.basics.canonical import digest
from review.basics.errors import InputError
from review.judges.learned.spec import LearnedSpec, checked, text_of
from review.judges.protocol.protocol import Bench, Kind, Opinion, Subject

if TYPE_CHECKING:
    from review.judges.learned.classifier import Classifier

BATCH = {"tfidf": 2000, "embeddings": 64}


def judge(bench: Bench[LearnedSpec], subjects: Sequence[Subject]) -> Iterator[Opinion]:
    """Yield the classifier's opinion on each subject, in batches, after training.

    Raises InputError before the first opinion when the training set is empty or too small for a dimension.
    """
    if not bench.training:
        raise InputError(
            f"judge '{bench.name}' has an empty training set. Close a week whose items are settled, or name weeks to "
            "train on, and make a new version."
        )
    # scikit-learn takes a second to load, which commands that only list judges should not wait for.
    from review.judges.learned.classifier import learn, opinions

    key = _key(bench)
    classifier = _LATEST.get(key) or learn(bench)
    if classifier is not None:
        _LATEST.clear()
        _LATEST[key] = classifier
    size = BATCH[bench.spec.features]
    for start in range(0, len(subjects), size):
        if classifier is None or bench.stopped():
            return
        yield from opinions(classifier, subjects[start : start + size], bench.spec.thresholds)


_LATEST: dict[str, Classifier] = {}
"""The last classifier of this process by everything it depends on, so that runs over several weeks train once."""


def _key(bench: Bench[LearnedSpec]) -> str:
    """Hash what training reads: settings, scales, and the texts as they may be seen today, with their labels."""
    spec = bench.spec
    texts = {r.subject.id: [text_of(r.subject, f) for f in spec.fields] for r in bench.training}
    rows = [[r.dimension, r.subject.id, r.subject.conversation_id, r.subject.group, r.label] for r in bench.training]
    scales = [[d.name, d.scale.kind, d.scale.values] for d in bench.dimensions]
    settings = {name: value for name, value in spec.to_json().items() if name != "thresholds"}
    return digest([settings, scales, rows, texts])


KIND = Kind(
    title="learned",
    read=LearnedSpec.from_json,
    checked=checked,
    judge=judge,
    about="a scikit-learn classifier trained on the labels your team settled; out of fold on the items of its training",
)
