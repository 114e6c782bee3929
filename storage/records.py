"""The records of the store: one frozen dataclass per table. Rows are added and never changed.

Times are ISO 8601 text in UTC. A tuple or dict field is stored as JSON text. Adding a record whose primary key exists
does nothing, which makes every write idempotent. Which row is current is always a query.
"""

from __future__ import annotations

from storage.records_alerts import ALERT_KEYS
from storage.records_calibration import CALIBRATION_KEYS
from storage.records_comments import COMMENT_KEYS
from storage.records_compliance import COMPLIANCE_KEYS
from storage.records_erasure import ERASURE_KEYS
from storage.records_experiments import EXPERIMENT_KEYS
from storage.records_failures import FAILURE_KEYS
from storage.records_gate import GATE_KEYS
from storage.records_golden import GOLDEN_KEYS
from storage.records_judges import JUDGE_KEYS
from storage.records_log import LOG_KEYS
from storage.records_notices import NOTICE_KEYS
from storage.records_people import PEOPLE_KEYS
from storage.records_pushes import PUSH_KEYS
from storage.records_retention import RETENTION_KEYS
from storage.records_review import REVIEW_KEYS
from storage.records_weeks import WEEK_KEYS

KEYS: dict[type, tuple[str, ...]] = {
    **PEOPLE_KEYS,
    **LOG_KEYS,
    **WEEK_KEYS,
    **REVIEW_KEYS,
    **COMMENT_KEYS,
    **CALIBRATION_KEYS,
    **NOTICE_KEYS,
    **PUSH_KEYS,
    **GOLDEN_KEYS,
    **FAILURE_KEYS,
    **JUDGE_KEYS,
    **EXPERIMENT_KEYS,
    **GATE_KEYS,
    **ALERT_KEYS,
    **ERASURE_KEYS,
    **RETENTION_KEYS,
    **COMPLIANCE_KEYS,
}
"""Table and primary key of every record."""
