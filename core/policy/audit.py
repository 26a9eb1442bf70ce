"""What an operator asks on the command line: does the policy hold, and is each promise proven."""

from pathlib import Path
from typing import Literal

from core.policy.evidence import proofs, proving_tests, read_results
from core.policy.profile import load_profile, parse_profile, problems_of_profile, profile_source
from core.policy.registry import load_promises
from core.policy.report import as_html, as_json, as_markdown, for_profile, report_rows
from core.policy.versions import text_matches, version_of

Format = Literal["markdown", "html", "json"]


def policy_problems(name_or_path: str, policy_text: Path | None = None) -> list[str]:
    """Return what is missing or contradictory in a profile; empty when it can be used.

    ``policy_text``: the policy that people read; it must be the one the values were read from.

    Raises:
        ProfileInvalid: there is no such profile, or the file is no text.
    """
    source = profile_source(name_or_path)
    problems = problems_of_profile(source)
    if problems or policy_text is None:
        return problems
    if not policy_text.is_file():
        return ["the policy's text is not there"]
    if not text_matches(parse_profile(source), policy_text.read_bytes()):
        return ["text.sha256: the policy's text is another one: read the values from it anew"]
    return []


def policy_summary(name_or_path: str) -> str:
    """Return in a line which policy this is, its version, and how many values were chosen.

    Raises:
        ProfileInvalid: as ``load_profile``.
    """
    profile = load_profile(name_or_path)
    return (
        f"{profile.service} ({profile.name}), version {version_of(profile)[:8]}: everything is "
        f"there and fits together; {len(profile.chosen)} values are chosen, not given by the policy"
    )


def policy_report(
    form: Format, tests: Path, *, results: Path | None = None, profile: str = ""
) -> str:
    """Return the report of promises.

    ``tests`` is the folder whose tests name promises, ``results`` the file that a test run wrote;
    without it nothing is said about how tests ended. ``profile`` limits it to what a deployment
    under that profile owes.

    Raises:
        ResultsUnreadableError: the results are not there or hold something else.
        ProfileInvalid: the profile can't be used.
    """
    ended = None if results is None else read_results(results)
    ran = ended is not None
    rows = report_rows(load_promises(), proofs(proving_tests(tests.resolve()), ended), ran=ran)
    if profile:
        rows = for_profile(rows, load_profile(profile))
    if form == "json":
        return as_json(rows)
    return as_html(rows, ran=ran) if form == "html" else as_markdown(rows, ran=ran)
