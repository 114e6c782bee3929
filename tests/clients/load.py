"""Load one export with the library it is for, and print how many examples it found: ``python load.py FORMAT FILE...``.

Runs in an environment of its own with the packages in loaders.txt; it imports nothing of Spotcheck.
"""

import json
import os
import sys
from pathlib import Path

os.environ.update(DEEPEVAL_TELEMETRY_OPT_OUT="YES", LANGSMITH_TRACING="false", DO_NOT_TRACK="1")


def deepeval(path):
    from deepeval.dataset import EvaluationDataset

    dataset = EvaluationDataset()
    dataset.add_goldens_from_jsonl_file(file_path=path)
    assert all(golden.input for golden in dataset.goldens)
    return len(dataset.goldens)


def deepeval_json(path):
    from deepeval.dataset import EvaluationDataset

    dataset = EvaluationDataset()
    dataset.add_goldens_from_json_file(file_path=path)
    assert all(golden.input for golden in dataset.goldens)
    return len(dataset.goldens)


def langsmith(path):
    """Validate each example, and evaluate on them without a server: an evaluator gets ``reference_outputs``."""
    from langsmith import schemas

    rows = [json.loads(line) for line in Path(path).read_text().splitlines()]
    made = [schemas.ExampleCreate(**row) for row in rows]
    assert all(example.outputs["expected_behaviour"] for example in made)
    from langsmith.evaluation.evaluator import run_evaluator

    def behaves(outputs: dict, reference_outputs: dict) -> bool:
        return reference_outputs["expected_behaviour"] in ("answer", "clarify", "refuse")

    evaluator = run_evaluator(behaves)
    now = "2026-11-20T10:00:00Z"
    for example in made:
        given = {"id": example.id, "dataset_id": example.id, "created_at": now, "modified_at": now}
        stored = schemas.Example(**given, inputs=example.inputs, outputs=example.outputs)
        run = schemas.Run(
            id=example.id,
            name="x",
            start_time=now,
            run_type="chain",
            inputs={},
            outputs={"answer": ""},
            trace_id=example.id,
        )
        assert evaluator.evaluate_run(run, stored).score
    return len(made)


def evidently(data, definition, *_):
    import pandas
    from evidently import DataDefinition, Dataset, MulticlassClassification

    given = json.loads(Path(definition).read_text())
    classes = [MulticlassClassification(**one) for one in given.pop("classification")]
    frame = pandas.read_parquet(data)
    dataset = Dataset.from_pandas(frame, data_definition=DataDefinition(**given, classification=classes))
    return len(dataset.as_dataframe())


def braintrust(path):
    """Let the client build what it would send for each record."""
    from braintrust.logger import _validate_and_sanitize_experiment_log_partial_args as sanitize
    from braintrust.util import bt_iscoroutinefunction  # noqa: F401 - the package is there

    rows = [json.loads(line) for line in Path(path).read_text().splitlines()]
    for row in rows:
        sanitize({name: value for name, value in row.items() if name != "id"})
    return len(rows)


def phoenix(path):
    """Let the client check the lists, up to the request that it would send."""
    import httpx
    from phoenix.client import Client

    body = json.loads(Path(path).read_text())
    sent = []

    def answer(request):
        sent.append(request)
        return httpx.Response(200, json={"data": {"dataset_id": "x", "version_id": "y"}})

    client = Client(http_client=httpx.Client(transport=httpx.MockTransport(answer), base_url="http://phoenix"))
    try:
        client.datasets.create_dataset(
            name=body["name"], inputs=body["inputs"], outputs=body["outputs"], metadata=body["metadata"]
        )
    except (httpx.HTTPError, KeyError, ValueError) as error:
        print("after the upload:", error)
    assert any("datasets/upload" in str(request.url) for request in sent)
    return len(body["inputs"])


if __name__ == "__main__":
    loaders = {one.__name__: one for one in (deepeval, deepeval_json, langsmith, evidently, braintrust, phoenix)}
    print(loaders[sys.argv[1]](*sys.argv[2:]))
