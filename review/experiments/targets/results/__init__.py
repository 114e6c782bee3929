"""Files of answers and results: tables of the protocol, and what promptfoo, DeepEval and pytest write."""
