"""How much masking finds of each kind. Run: python tests/bench/masked_kinds.py [--names MODEL].

Prints a table in Markdown for the README. With a spaCy model it also masks a list of names, ``names.jsonl``.
"""

import argparse
import sys
import time
from pathlib import Path

import orjson

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from masking_recall import LIST, measured, table


def main() -> None:
    """Print the recall of each kind and what was found by mistake."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--names", default="", metavar="MODEL", help="a spaCy model that is installed, or a folder")
    model = parser.parse_args().names
    recall = measured()
    print(table(recall))
    print(f"\n{len(recall.wrong)} found by mistake; {recall.without} texts hold nothing personal")
    if model:
        rows = [orjson.loads(line) for line in LIST.with_name("names.jsonl").read_bytes().splitlines()]
        measured(rows[:1], names=model)
        start = time.process_time()
        recall = measured(rows, names=model)
        speed = len(rows) / (time.process_time() - start)
        print(f"\nwith {model} ({speed:.0f} short texts a second of processor)\n{table(recall)}")
        print(f"\n{len(recall.wrong)} found by mistake; {recall.without} texts hold no name")
        for text, hit in recall.wrong:
            print(f"  {hit} in {text}")


if __name__ == "__main__":
    main()
