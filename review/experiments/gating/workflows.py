"""Workflow files that run the gate on each pull request or merge request, without a store.

They expect three files in the repository: the golden release, exported as jsonl, the results of the version in force,
and a wheel of Spotcheck.
"""

from __future__ import annotations

INSTALL = "pip install ./eval/spotcheck-*.whl"
"""Installs the team's own wheel, never the project that has the same name on PyPI."""
NOTE = """\
# Commit a wheel of Spotcheck in eval/ (in the folder of its source: `pip wheel --no-deps -w YOUR-REPOSITORY/eval .`).
# PyPI has another project of its name.
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
      BASELINE: eval/baseline.jsonl
      PROMPT: prompts/agent.txt
      AGENT: python agent.py
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
      - name: Gate
        run: >-
          spotcheck gate --release-file "$RELEASE" --baseline-file "$BASELINE" --candidate-file candidate.jsonl
          --markdown gate.md --junit gate.xml
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
    BASELINE: eval/baseline.jsonl
    PROMPT: prompts/agent.txt
    AGENT: python agent.py
  before_script:
    - @INSTALL@
  script:
    - >-
      spotcheck run --release-file "$RELEASE" --prompt candidate --prompt-file "$PROMPT" --exec "$AGENT"
      --out candidate.jsonl --fresh --force
    - >-
      spotcheck gate --release-file "$RELEASE" --baseline-file "$BASELINE" --candidate-file candidate.jsonl
      --markdown gate.md --junit gate.xml
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
