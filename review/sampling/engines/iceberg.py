"""An Iceberg table of a catalogue: one in a SQLite file, or one that pyiceberg's own settings name.

Those are ``.pyiceberg.yaml`` and environment variables such as PYICEBERG_CATALOG__SHOP__URI, which also hold its keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from review.basics.errors import InputError
from review.sampling.engines.engine import Address, Engine, EngineKind, Span
from review.sampling.engines.lakes import BUCKET_OPTIONS, bounds_of, endpoint_in, lake_engine, said


def _open(address: Address, week: str | None) -> Engine:
    try:
        from pyiceberg.catalog import load_catalog
        from pyiceberg.exceptions import NoSuchTableError
    except ImportError:
        raise InputError(
            "Iceberg: the package pyiceberg is not installed. Install Spotcheck with the extra 'lake'."
        ) from None
    source = f"iceberg://{address.host}/{address.path}?table={address.table}"
    if address.host:
        name, properties = address.host, _storage(address)
    else:
        if not Path(address.path).is_file():
            raise InputError(f"{address.path}: there is no such SQLite catalogue. Check the path.")
        # The name is part of the key of each table in an SQL catalogue.
        name = address.options.get("catalog", "default")
        properties = {"type": "sql", "uri": f"sqlite:///{address.path}", **_storage(address)}
    try:
        with said(source):
            table = load_catalog(name, **properties).load_table(address.table)
            return _engine(source, table)
    except NoSuchTableError:
        raise InputError(f"{source}: the catalogue has no table {address.table!r}. Check its name.") from None
    except (ValueError, ImportError) as error:
        raise InputError(
            f"{source}: not readable as an Iceberg table ({' '.join(str(error).split())[:300]})."
        ) from None


def _engine(source: str, table: Any) -> Engine:
    from pyiceberg.io.pyarrow import schema_to_pyarrow

    # The draw sees one state of the table, whatever is written meanwhile.
    snapshot = table.current_snapshot()
    schema = pa.schema(schema_to_pyarrow(table.schema(), include_field_ids=False))

    def read(names: Sequence[str], span: Span | None) -> pa.RecordBatchReader:
        scan = table.scan(
            row_filter=_filter(schema, span),
            selected_fields=tuple(names),
            snapshot_id=snapshot.snapshot_id if snapshot else None,
        )
        return scan.to_arrow_batch_reader()

    return lake_engine(source, schema, read, once=True)


def _filter(schema: pa.Schema, span: Span | None) -> str:
    """Return the filter of a span in pyiceberg's words; "true" where the column has no type of time."""
    if span is None or not span.column.isidentifier() or (bounds := bounds_of(schema, span)) is None:
        return "true"
    low, high = (_said(bound) for bound in bounds)
    return f"({span.column} >= '{low}' and {span.column} < '{high}') or {span.column} is null"


def _said(bound: Any) -> str:
    value = bound.as_py() if isinstance(bound, pa.Scalar) else bound
    return value.isoformat(timespec="microseconds") if isinstance(value, datetime) else str(value)


def _storage(address: Address) -> dict[str, str]:
    options = address.options
    found = {"s3.region": options["region"]} if "region" in options else {}
    if endpoint := endpoint_in(options):
        found["s3.endpoint"] = endpoint
    return found


ENGINE = EngineKind(
    about="an Iceberg table of a catalogue",
    example="iceberg:///catalog.db?table=shop.log",
    open=_open,
    options=("table", "catalog", *BUCKET_OPTIONS),
    on_server=False,
    in_bucket=True,
)
