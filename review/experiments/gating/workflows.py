"""Workflow files that run the gate on each pull request or merge request, without a store.

They expect in the repository the golden release, exported as jsonl, a folder with the results of the approved versions,
that in force among them, and a wheel of Spotcheck. The version in force is repeated once, when it is approved; a
candidate only where the gate is undecided, in two rounds by plans that fit a bill.
"""

from __future__ import annotations

INSTALL = "pip install ./eval/spotcheck-*.whl"
"""Installs the team's own wheel, never the project that has the same name on PyPI."""
NOTE = """\
# Commit a wheel of Spotcheck in eval/ (in the folder of its source: `pip wheel --no-deps -w YOUR-REPOSITORY/eval .`).
# PyPI has another project of its name.
# Commit the results of each version when it is approved: five for each case, 35 for those that flip. This makes them:
#   R=eval/release.jsonl B=eval/approved/in-force.jsonl
#   ASK="--release-file $R --out $B --prompt v3 --prompt-file prompts/agent.txt"
#   spotcheck run $ASK --exec 'python agent.py' --repeats 5
#   spotcheck gate --self --release-file $R --baseline-file $B --plan plan.json
#   spotcheck run $ASK --exec 'python agent.py' --plan plan.json
# Keep those of earlier versions beside it, as eval/approved/v2.jsonl: the gate also compares with the best of them, so
# that small drops cannot add up. MOST is the bill: the most answers that each of two rounds of repeats may take.
"""

GITHUB = """\
# .github/workflows/spotcheck.yml: gate each pull request on the golden release. No store and no secret is needed.
# A pull request from a fork has no token that may comment; its result is in the job summary.
@NOTE@
name: spotcheck
on: pull_request
permissions:
  contents: read
  pull-requests: write
jobs:
  gate:
    runs-on: ubuntu-latest
    env:
      RELEASE: eval/release.jsonl
      APPROVED: eval/approved
      BASELINE: eval/approved/in-force.jsonl
      PROMPT: prompts/agent.txt
      AGENT: python agent.py
      MOST: 2000
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - name: Install
        run: @INSTALL@
      - name: Ask the candidate
        run: >-
          spotcheck run --release-file "$RELEASE" --prompt candidate --prompt-file "$PROMPT" --exec "$AGENT"
          --out candidate.jsonl --fresh --force
      - name: Plan repeats where the gate is undecided
        run: >-
          spotcheck gate --release-file "$RELEASE" --baseline-file "$BASELINE" --candidate-file candidate.jsonl
          --approved "$APPROVED" --plan plan.json --max-calls "$MOST"
      - name: Ask again as planned
        run: >-
          spotcheck run --release-file "$RELEASE" --prompt candidate --prompt-file "$PROMPT" --exec "$AGENT"
          --out candidate.jsonl --plan plan.json
      - name: Plan a second round
        run: >-
          spotcheck gate --release-file "$RELEASE" --baseline-file "$BASELINE" --candidate-file candidate.jsonl
          --approved "$APPROVED" --plan plan.json --max-calls "$MOST"
      - name: Ask the second round
        run: >-
          spotcheck run --release-file "$RELEASE" --prompt candidate --prompt-file "$PROMPT" --exec "$AGENT"
          --out candidate.jsonl --plan plan.json
      - name: Gate
        run: >-
          spotcheck gate --release-file "$RELEASE" --baseline-file "$BASELINE" --candidate-file candidate.jsonl
          --approved "$APPROVED" --markdown gate.md --junit gate.xml
      - name: Summary
        if: always()
        run: if [ -f gate.md ]; then cat gate.md >> "$GITHUB_STEP_SUMMARY"; fi
      - name: Comment
        if: always() && github.event.pull_request.head.repo.full_name == github.repository
        env:
          GH_TOKEN: ${{ github.token }}
        run: gh pr comment "${{ github.event.number }}" --body-file gate.md --edit-last --create-if-none
"""

GITLAB = """\
# .gitlab-ci.yml: gate each merge request on the golden release. No store and no secret is needed.
# Exit code 3 (not enough evidence) is shown as a warning; 1 (proven worse) and 4 (the gate could not work) stop it.
@NOTE@
gate:
  image: python:3.12
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
  variables:
    RELEASE: eval/release.jsonl
    APPROVED: eval/approved
    BASELINE: eval/approved/in-force.jsonl
    PROMPT: prompts/agent.txt
    AGENT: python agent.py
    MOST: 2000
  before_script:
    - @INSTALL@
  script:
    - >-
      spotcheck run --release-file "$RELEASE" --prompt candidate --prompt-file "$PROMPT" --exec "$AGENT"
      --out candidate.jsonl --fresh --force
    - >-
      spotcheck gate --release-file "$RELEASE" --baseline-file "$BASELINE" --candidate-file candidate.jsonl
      --approved "$APPROVED" --plan plan.json --max-calls "$MOST"
    - >-
      spotcheck run --release-file "$RELEASE" --prompt candidate --prompt-file "$PROMPT" --exec "$AGENT"
      --out candidate.jsonl --plan plan.json
    - >-
      spotcheck gate --release-file "$RELEASE" --baseline-file "$BASELINE" --candidate-file candidate.jsonl
      --approved "$APPROVED" --plan plan.json --max-calls "$MOST"
    - >-
      spotcheck run --release-file "$RELEASE" --prompt candidate --prompt-file "$PROMPT" --exec "$AGENT"
      --out candidate.jsonl --plan plan.json
    - >-
      spotcheck gate --release-file "$RELEASE" --baseline-file "$BASELINE" --candidate-file candidate.jsonl
      --approved "$APPROVED" --markdown gate.md --junit gate.xml
  allow_failure:
    exit_codes: [3]
  artifacts:
    when: always
    paths: [gate.md]
    reports:
      junit: gate.xml
"""

WORKFLOWS = {
    name: (place, text.replace("@NOTE@\n", NOTE).replace("@INSTALL@", INSTALL))
    for name, place, text in (
        ("github", ".github/workflows/spotcheck.yml", GITHUB),
        ("gitlab", ".gitlab-ci.yml", GITLAB),
    )
}
"""Where each workflow belongs, and its text, by the name of the service."""
