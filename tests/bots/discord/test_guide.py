"""What /privacy says on Discord, drawn from the facts of the core."""

from dataclasses import replace

import pytest

from bots.discord.commands.guide import privacy_page
from core.generation.queries import PrivacyGlance
from core.kernel.people import LANGUAGES, Language
from core.messages.catalogue import text
from core.policy.profile import load_profile


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("retention", ["generated_pictures", "prompts"])
def test_a_period_that_the_operator_chose_says_so(retention: str, language: Language) -> None:
    profile = load_profile("artiflux")
    glance = PrivacyGlance(profile, "Ink & Co", "support@ink.test", "privacy@ink.test", ())
    chosen = text("privacy-chosen", language)

    def said(names: frozenset[str]) -> int:
        page = privacy_page(replace(glance, profile=replace(profile, chosen=names)), language)
        return "\n".join(page.lines).count(chosen)

    assert said(frozenset()) == 0
    assert said(frozenset({f"retention_days.{retention}"})) == 1
