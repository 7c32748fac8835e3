#!/usr/bin/env bash
# The steps of a nightly recording; anything that has bash, git, pytest and gh can run them.
#
#   nightly.sh record [pytest's arguments]   record the cassettes, show the report, end with pytest's exit code
#   nightly.sh propose                       open or update a pull request; says nothing where nothing changed
#   nightly.sh calibrate                     try what the simulator rests on against Stripe, show the report
#   nightly.sh tell                          open or update an issue where the two part; says nothing where they do not
#
# Environment: STRIPE_SECRET_KEY for `record` and `calibrate`, GH_TOKEN for `propose` and `tell`;
# CASSETTES (cassettes), REPORT (report.md) and BRANCH (stripe-cassettes) where yours have other names.
set -euo pipefail

cassettes=${CASSETTES:-cassettes}
report=${REPORT:-report.md}
branch=${BRANCH:-stripe-cassettes}
title="Refresh Stripe cassettes"
question="Stripe and the simulator part"
# What GitHub takes: a summary of 1 MiB, a pull request of 65,536 characters.
longest_summary=1000000
longest_body=60000

record() {
    local status=0
    rm -f "$report"
    pytest --stripe-record --record-report "$report" "$@" || status=$?
    summarize "$longest_summary" >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
    if [[ $status -ne 0 && -n ${GITHUB_ACTIONS:-} ]]; then
        echo "::error title=Stripe cassettes::pytest ended with $status; the report is in the job's summary"
    fi
    return "$status"
}

summarize() {
    if [[ -f $report ]]; then
        head -c "$1" "$report"
    else
        echo "No report: ${2:-pytest ended before it recorded anything}, see the log."
    fi
}

propose() {
    if [[ -z $(git status --porcelain -- "$cassettes") ]]; then
        return 0
    fi
    local body
    body=$(summarize "$longest_body")
    # The checkout keeps no credentials; gh lends git those of GH_TOKEN.
    gh auth setup-git
    git switch --quiet --force-create "$branch"
    git add -- "$cassettes"
    git -c user.name="github-actions[bot]" \
        -c user.email="41898282+github-actions[bot]@users.noreply.github.com" \
        commit --quiet --message "$title" -- "$cassettes"
    # What an earlier night proposed and nobody has merged is in this night's recording too.
    git push --quiet --force origin "HEAD:refs/heads/$branch"
    if [[ -n $(gh pr list --head "$branch" --state open --json url --jq '.[].url') ]]; then
        gh pr edit "$branch" --body "$body"
    else
        gh pr create --head "$branch" --title "$title" --body "$body"
    fi
}

calibrate() {
    local status=0
    rm -f "$report"
    stripe-tokens calibrate --report "$report" || status=$?
    summarize "$longest_summary" "nothing was sent" >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
    # 1: they part, which the issue tells.
    if [[ $status -eq 1 ]]; then
        return 0
    fi
    return "$status"
}

tell() {
    if ! grep --quiet "^## Where Stripe and the simulator part" "$report" 2>/dev/null; then
        return 0
    fi
    local body number
    body=$(summarize "$longest_body")
    number=$(gh issue list --search "in:title \"$question\"" --state open --json number --jq '.[0].number // empty')
    if [[ -n $number ]]; then
        gh issue edit "$number" --body "$body"
    else
        gh issue create --title "$question" --body "$body"
    fi
}

case "${1:-}" in
    record | propose | calibrate | tell) "$@" ;;
    *)
        echo "usage: nightly.sh record [pytest's arguments] | propose | calibrate | tell" >&2
        exit 2
        ;;
esac
