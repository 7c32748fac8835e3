"""The example's nightly workflow: what each kind of night says, opens and ends with."""

from __future__ import annotations

import os
import re
import subprocess

import pytest
from nights import EXAMPLE, test_mode, workflow

CASSETTES = ["cassettes/bank_account.yaml", "cassettes/card.yaml"]


def steps(job="record"):
    return workflow()["jobs"][job]["steps"]


def test_the_first_night_proposes_the_new_cassettes(first):
    project, night = first
    assert (night.record.code, night.propose.code) == (0, 0)
    assert project.proposed() == CASSETTES
    assert night.asked[0] == ["auth", "setup-git"]
    (created,) = night.error_for("pr", "create")
    assert created[2:6] == ["--head", "stripe-cassettes", "--title", "Refresh Stripe cassettes"]


def test_the_report_is_the_jobs_summary_and_the_pull_requests_text(first):
    _, night = first
    assert "| card | refreshed |" in night.summary
    (created,) = night.error_for("pr", "create")
    assert created[-2:] == ["--body", night.summary.rstrip("\n")]


def test_a_clean_night_says_nothing(recorded):
    before = recorded.branches()
    night = recorded.night()
    assert (night.record.code, night.propose.code) == (0, 0)
    assert night.propose.output == ""
    assert night.asked == []
    assert recorded.branches() == before
    assert "| card | unchanged |" in night.summary


def test_a_pull_request_that_is_still_open_is_updated(proposed):
    night = proposed.night()
    assert (night.record.code, night.propose.code) == (0, 0)
    assert night.error_for("pr", "create") == []
    (edited,) = night.error_for("pr", "edit")
    assert edited[2] == "stripe-cassettes"
    assert proposed.proposed() == CASSETTES


def test_a_new_field_is_proposed_on_a_night_that_succeeds(recorded):
    recorded.server.fail(test_mode.changed(lambda token: token.update(colour="blue")), only="card")
    night = recorded.night()
    assert (night.record.code, night.propose.code) == (0, 0)
    assert recorded.proposed() == ["cassettes/card.yaml"]
    assert "`colour` of `POST /v1/tokens`: new, a string (info)" in night.error_for("pr", "create")[0][-1]


def test_a_drifted_night_fails_and_shows_the_change_in_a_pull_request(recorded):
    recorded.server.fail(test_mode.changed(lambda token: token["card"].update(metadata=None)), only="card")
    night = recorded.night()
    assert night.record.code == pytest.ExitCode.TESTS_FAILED
    assert "::error title=Stripe cassettes::pytest ended with 1" in night.record.output
    assert "## Drift" in night.summary
    assert "card.metadata" in night.summary
    assert night.propose.code == 0
    assert recorded.proposed() == ["cassettes/card.yaml"]


def test_a_night_whose_answers_break_the_schema_fails_and_proposes_nothing(recorded):
    recorded.server.fail(test_mode.changed(lambda token: token.update(used="no")), only="card")
    night = recorded.night()
    assert night.record.code == pytest.ExitCode.TESTS_FAILED
    assert "used" in night.summary
    assert (night.propose.code, night.propose.output, night.asked) == (0, "", [])


def test_a_night_without_a_key_ends_with_pytests_usage_error(new):
    new.secrets.clear()
    night = new.night()
    assert night.record.code == pytest.ExitCode.USAGE_ERROR
    assert "STRIPE_SECRET_KEY" in night.record.output
    assert night.summary == "No report: pytest ended before it recorded anything, see the log.\n"
    assert (night.propose.code, night.asked) == (0, [])
    assert new.server.requests == []


def test_a_night_out_of_reach_of_stripe_fails_and_proposes_nothing(new):
    new.server.close()
    night = new.night()
    assert night.record.code == pytest.ExitCode.TESTS_FAILED
    assert "## Unreachable" in night.summary
    assert (night.propose.code, night.asked) == (0, [])


def test_the_key_reaches_no_output_and_no_pull_request(first):
    _, night = first
    shown = [
        night.record.output,
        night.propose.output,
        night.summary,
        *(text for words in night.asked for text in words),
    ]
    assert not any(test_mode.SECRET_KEY in text or test_mode.SECRET_KEY[-8:] in text for text in shown)


def test_each_secret_is_given_to_the_one_step_that_needs_it():
    given = {step["name"]: set(step["env"]) for job in workflow()["jobs"] for step in steps(job) if "env" in step}
    assert given == {
        "Record": {"STRIPE_SECRET_KEY"},
        "Propose what changed": {"GH_TOKEN"},
        "Calibrate": {"STRIPE_SECRET_KEY"},
        "Tell where they part": {"GH_TOKEN", "GH_REPO"},
    }
    assert {str(steps(job)[0]["with"]) for job in workflow()["jobs"]} == {"{'persist-credentials': False}"}


def test_a_failed_recording_is_still_proposed():
    (record, propose) = (step for step in steps() if "nightly.sh" in step.get("run", ""))
    assert "if" not in record
    assert propose["if"] == "${{ !cancelled() }}"


def test_the_workflow_runs_every_night_and_when_it_is_asked_to():
    # YAML 1.1 reads a bare `on` as true.
    triggers = workflow()[True]
    assert set(triggers) == {"schedule", "workflow_dispatch"}
    assert re.fullmatch(r"\d+ \d+ \* \* \*", triggers["schedule"][0]["cron"])


def test_the_job_may_write_branches_and_pull_requests_and_nothing_else():
    jobs = workflow()["jobs"]
    assert workflow()["permissions"] == {}
    assert jobs["record"]["permissions"] == {"contents": "write", "pull-requests": "write"}
    assert jobs["calibrate"]["permissions"] == {"contents": "read", "issues": "write"}


def test_only_githubs_own_actions_are_used_each_pinned_to_a_major_version():
    used = [step["uses"] for job in workflow()["jobs"] for step in steps(job) if "uses" in step]
    assert used
    assert all(re.fullmatch(r"actions/[\w-]+@v\d+", name) for name in used)


@pytest.mark.parametrize("words", [[], ["--help"], ["summarize"]])
def test_an_unknown_command_names_those_there_are(words):
    done = subprocess.run(["bash", str(EXAMPLE / "nightly.sh"), *words], check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr == "usage: nightly.sh record [pytest's arguments] | propose | calibrate | tell\n"


def test_a_report_of_an_earlier_run_is_not_shown_again(tmp_path):
    (tmp_path / "report.md").write_text("all is well", encoding="utf-8")
    (tmp_path / "pytest").write_text('#!/bin/sh\necho "$@"\nexit 3\n', encoding="utf-8")
    (tmp_path / "pytest").chmod(0o755)
    env = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "GITHUB_STEP_SUMMARY": str(tmp_path / "summary")}
    command = ["bash", str(EXAMPLE / "nightly.sh"), "record", "-k", "card"]
    done = subprocess.run(command, cwd=tmp_path, env=env, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (3, "--stripe-record --record-report report.md -k card\n")
    assert (tmp_path / "summary").read_text(encoding="utf-8").startswith("No report: ")


PARTED = "# Calibration\n\n## Where Stripe and the simulator part\n\n### no_key\n"
AGREED = "# Calibration\n\n1 fact: 1 agree, 0 differ.\n"


@pytest.fixture
def calibrated(tmp_path):
    """Runs the second job's own steps with a command that ends as it is told to; gives their codes and what gh was asked."""

    def run(code, report, is_open=""):
        programs = {
            "stripe-tokens": f'[[ -z "{report}" ]] || printf "%s" "{report}" >"$3"; exit {code}',
            "gh": f'echo "$GH_TOKEN $*" >>asked; [[ $2 != list ]] || echo "{is_open}"',
        }
        for name, text in programs.items():
            (tmp_path / name).write_text(f"#!/usr/bin/env bash\n{text}\n", encoding="utf-8")
            (tmp_path / name).chmod(0o755)
        for name in ("asked", "summary"):
            (tmp_path / name).unlink(missing_ok=True)
        env = {
            "PATH": f"{tmp_path}:{os.environ['PATH']}",
            "GITHUB_STEP_SUMMARY": "summary",
            "REPORT": "calibration.md",
            "GH_TOKEN": "ghs_job",
        }
        commands = [step["run"].split()[-1] for step in steps("calibrate") if "nightly.sh" in step.get("run", "")]
        codes = [
            subprocess.run(
                ["bash", str(EXAMPLE / "nightly.sh"), command], cwd=tmp_path, env=env, check=False
            ).returncode
            for command in commands
        ]
        asked = (tmp_path / "asked").read_text(encoding="utf-8") if (tmp_path / "asked").exists() else ""
        return codes, asked, (tmp_path / "summary").read_text(encoding="utf-8")

    return run


def test_calibrating_is_off_by_default():
    assert workflow()["jobs"]["calibrate"]["if"] == "${{ vars.STRIPE_CALIBRATE == 'true' }}"


def test_an_issue_is_opened_where_they_part(calibrated):
    codes, asked, summary = calibrated(1, PARTED)
    assert (codes, summary) == ([0, 0], PARTED)
    assert asked.splitlines()[1].startswith("ghs_job issue create --title Stripe and the simulator part --body # Calib")


def test_an_issue_that_is_still_open_is_updated(calibrated):
    codes, asked, _ = calibrated(1, PARTED, is_open=7)
    assert codes == [0, 0]
    assert asked.splitlines()[1].startswith("ghs_job issue edit 7 --body # Calibration")


def test_a_night_on_which_they_agree_opens_nothing(calibrated):
    assert calibrated(0, AGREED) == ([0, 0], "", AGREED)


def test_a_night_that_could_not_try_them_fails(calibrated):
    assert calibrated(3, AGREED) == ([3, 0], "", AGREED)
    codes, asked, summary = calibrated(2, "")
    assert (codes, asked, summary) == ([2, 0], "", "No report: nothing was sent, see the log.\n")
