"""The numbers behind the words of the answers, stated once. ``[answers]`` in spotcheck.toml changes them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """When a figure is well known, when people agree, and when a judge can be used.

    A share is well known when its 95% interval is at most ``well_known`` wide, and roughly known up to
    ``roughly_known``. ``well_measured`` and ``roughly_measured`` are the same for figures of agreement and of judges,
    which rest on fewer items. People agree when the interval of agreement beyond chance lies at or above ``agreement``,
    the lowest limit that Krippendorff (2004) accepts; nothing is known under ``shared_items`` that two people labelled.
    They read a value differently when, of all pairs of people of
    whom one gives it, less than ``same_reading`` agree, on at least ``contested_items`` items.

    Nothing is known of a judge under ``judge_positives`` labelled positives. To use it, the lower limits of precision
    and recall must reach ``judge_good`` and it must pass the alternative annotator test with ``epsilon``; where only
    two people rate, both limits must reach their own figures minus ``ceiling_gap``. A judge is not to be used when an
    upper limit is under ``judge_bad``, or when a figure that is at least roughly known is itself under ``judge_point``
    or under ``judge_of_people`` of what people reach with each other.

    A figure that is too low and hardly known gives "not known yet". So a judge that finds 2.5% of the positives, with
    an interval of 2% to 53%, is not called unusable: a few heavy items decide there, and the labels do not exclude a
    judge that finds half. It is not called usable with care either. Labels of more positives decide.
    """

    well_known: float = 0.05
    roughly_known: float = 0.15
    well_measured: float = 0.2
    roughly_measured: float = 0.4
    agreement: float = 0.667
    shared_items: int = 10
    same_reading: float = 0.5
    contested_items: int = 5
    judge_positives: int = 10
    judge_good: float = 0.6
    judge_bad: float = 0.5
    judge_point: float = 0.5
    judge_of_people: float = 0.5
    ceiling_gap: float = 0.1
    epsilon: float = 0.2
