"""What a verification found, in sentences for people."""

from __future__ import annotations

from review.basics.words import counted
from review.compliance.pack.verifying import Verified

COMPARED = {
    "rows": "rows compared with the store:",
    "conversations": "conversations compared with the log:",
    "emptied": "rows and conversations emptied by erasures, as the audit chain says:",
    "expired": "conversations that retention removed:",
}
SHOWN = 50
"""Differences that are named in words; JSON has all."""


def words_of(found: Verified) -> list[str]:
    """Return what the verification found, in sentences."""
    told = [
        f"the signature {'holds' if found.signature_holds else 'DOES NOT HOLD'}: key {found.key}",
        {
            True: "the key is the expected one",
            False: "the key is NOT the expected one: somebody else signed this pack",
            None: "nobody said which key to expect: compare it with the one that a lead gave you",
        }[found.key_known],
        f"{found.manifest['from']} to {found.manifest['to']}, {counted(len(found.manifest['weeks']), 'week')}, "
        f"{counted(found.manifest['rows'], 'row')}",
    ]
    for one in found.draws:
        state = "the same sample" if one.same else f"ANOTHER SAMPLE {one.trouble}".strip()
        told.append(
            f"{one.week} {one.group}: {one.sampled:,} of {one.population:,} drawn again from {one.listed:,}: {state}"
        )
        told += [f"  missing in the sample: {i}" for i in one.missing[:SHOWN]]
        told += [f"  not chosen by the key: {i}" for i in one.extra[:SHOWN]]
    told += [f"{COMPARED[name]} {n:,}" for name, n in found.compared.items() if n]
    told += [f"{one.where}, {one.name}: {one.what}" for one in found.differences[:SHOWN]]
    if len(found.differences) > SHOWN:
        told.append(f"and {len(found.differences) - SHOWN:,} more")
    told.append("the pack holds" if found.holds else "the pack DOES NOT HOLD")
    return told
