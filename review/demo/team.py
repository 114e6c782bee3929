"""Who works in the demonstration beside the simulated reviewers."""

VISITOR, CURATOR = "visitor", "mara"
"""The visitor is the lead and reviews. The curator settled the disagreements of earlier weeks."""
