"""Parquet files in a bucket, with or without partitions."""

from __future__ import annotations

from review.sampling.engines.engine import Address, Engine, EngineKind
from review.sampling.engines.lakes import BUCKET_OPTIONS, bucket, parquet_lake, said


def _open(address: Address, week: str | None) -> Engine:
    path = f"{address.host}/{address.path.strip('/')}".rstrip("/")
    with said(f"s3://{path}"):
        return parquet_lake(f"s3://{path}", path, bucket(address.options))


ENGINE = EngineKind(
    about="Parquet files in a bucket, also in folders such as day=2026-11-16",
    example="s3://bucket/conversations?region=eu-central-1",
    open=_open,
    options=BUCKET_OPTIONS,
    on_server=True,
)
