"""A missing browser is loud, and in CI a failure: the page is never untested in silence."""

from pathlib import Path

import pytest

from tests.browser.chromium import chromium_path


def test_without_chromium_the_tests_are_skipped_loudly(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CI", raising=False)

    with pytest.raises(pytest.skip.Exception, match="NO CHROMIUM"):
        chromium_path()


def test_without_chromium_ci_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CI", "true")

    with pytest.raises(pytest.fail.Exception, match="NO CHROMIUM"):
        chromium_path()
