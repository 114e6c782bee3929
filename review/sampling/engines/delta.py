"""A Delta table, in a folder or in a bucket, as its log says that it stands when it is opened."""

from __future__ import annotations

from review.basics.errors import InputError
from review.sampling.engines.engine import Address, Engine, EngineKind
from review.sampling.engines.lakes import BUCKET_OPTIONS, dataset_engine, endpoint_in, said, sentence


def _open(address: Address, week: str | None) -> Engine:
    try:
        from deltalake import DeltaTable
        from deltalake.exceptions import DeltaError, TableNotFoundError
    except ImportError:
        raise InputError(
            "Delta: the package deltalake is not installed. Install Spotcheck with the extra 'lake'."
        ) from None
    path = f"s3://{address.host}/{address.path.strip('/')}" if address.host else address.path
    source = f"delta://{address.host}/{address.path.lstrip('/') if address.host else address.path}"
    try:
        with said(source):
            table = DeltaTable(path, storage_options=_storage(address) if address.host else None)
            return dataset_engine(source, table.to_pyarrow_dataset())
    except TableNotFoundError:
        raise InputError(f"{source}: found no Delta table there. Check the address.") from None
    except DeltaError as error:
        raise InputError(f"{source}: {sentence(error)}") from None


def _storage(address: Address) -> dict[str, str]:
    """Return the options of an address in the words of deltalake."""
    options = address.options
    found = {"AWS_REGION": options["region"]} if "region" in options else {}
    if endpoint := endpoint_in(options):
        found["AWS_ENDPOINT_URL"] = endpoint
        found["AWS_ALLOW_HTTP"] = "true" if options.get("scheme") == "http" else "false"
    return found


ENGINE = EngineKind(
    about="a Delta table in a folder, or in a bucket",
    example="delta://bucket/conversations?region=eu-central-1",
    open=_open,
    options=BUCKET_OPTIONS,
    on_server=False,
    in_bucket=True,
)
