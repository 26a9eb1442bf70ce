"""How an operator sees to it that their log collector forgets."""

import pytest

from core.policy.profile import SHIPPED, load_profile
from tests.architecture.source import ROOT


@pytest.mark.promise("FA-10.7")
def test_the_guide_says_how_to_check_that_the_collector_forgets() -> None:
    guide = (ROOT / "docs/operating.md").read_text("utf-8")
    section = guide[guide.index("## Logs") : guide.index("## What happens on kill -9")]
    assert "365 days" in section
    for check in ("MaxRetentionSec", "maxage 365", "-mtime +365"):
        assert check in section
    assert {load_profile(name).retention_days["logs"] for name in SHIPPED} == {365}
