"""Import and load what the processes of an import need before they mask anything, for tests that fork them from here.

A new process, as an import starts it, takes two seconds of the processor for this; a fork takes a few hundredths.
"""

from __future__ import annotations

import review.sources.processes  # noqa: F401 - for the forks
from review.checks.language import CHECK
from review.checks.protocol import Texts

# Neither text has enough common words to tell its language without the model.
FOREIGN = {
    "q": "Lieferverzug Paketzentrum Norddeutschland?",
    "a": "Considerable quarterly fluctuations, unfortunately.",
}
CHECK.find(Texts(fields=FOREIGN, question="q", answer="a"), CHECK.options)
