"""What a server reads of a big store before anybody asks."""

from __future__ import annotations

import many_weeks
import pytest

import review.serving.reading_ahead
from review.basics.remembered import forget_everything
from review.evidence.production_data import production_data
from review.evidence.weekly_change import weeks_before
from review.serving.reading_ahead import read_ahead
from storage.opening import open_store
from storage.store import Store


def test_the_weeks_of_a_big_store_are_known_before_anybody_asks(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review.serving.reading_ahead, "BIG", 1)
    path = tmp_path / "s.db"
    many_weeks.build(path, many_weeks.size_of(2_000))
    store = open_store(path)
    closed, running = many_weeks.week_names(2)
    forget_everything()
    assert read_ahead(store) == [running, closed]
    asked: list[str] = []
    stream = Store.stream
    monkeypatch.setattr(Store, "stream", lambda self, sql, *values: asked.append(sql) or stream(self, sql, *values))
    assert production_data(store, (*weeks_before(store, closed, 11), closed)).judges
    assert not asked


def test_a_small_store_is_not_read_ahead(demo: Store) -> None:
    assert read_ahead(demo) == []
