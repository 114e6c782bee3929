"""The parts of the Compare page: what to compare, the cases, figures, slices, wording, the gate, and the trend."""
