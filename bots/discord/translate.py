"""Names and descriptions of commands in every language, from the message catalogues."""

import discord
from discord import app_commands
from discord.app_commands import TranslationContextTypes, locale_str

from core.messages.catalogue import text


def localised(code: str) -> locale_str:
    """Return a text that Discord shows in the reader's language; English is the fallback."""
    return locale_str(text(code, "en"), code=code)


class CatalogueTranslator(app_commands.Translator):
    """Looks the code of a ``localised`` text up."""

    async def translate(
        self, string: locale_str, locale: discord.Locale, context: TranslationContextTypes
    ) -> str | None:
        """Return the text for the locale; None where English is right."""
        del context
        code = string.extras.get("code")
        if locale is discord.Locale.chinese and isinstance(code, str):
            return text(code, "zh_Hans")
        return None
