"""The least that python-telegram-bot needs to send a ready picture: what Limner is held against.

``python -m tests.benchmarks.bare_telegram API_BASE TOKEN PICTURE``
"""

import sys
from pathlib import Path

from telegram import Update
from telegram.ext import Application, CommandHandler, ContextTypes


def main(api_base: str, token: str, picture: str) -> None:
    data = Path(picture).read_bytes()

    async def imagine(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.effective_message is not None
        await update.effective_message.reply_photo(data)

    application = Application.builder().token(token).base_url(api_base).build()
    application.add_handler(CommandHandler("imagine", imagine, block=False))
    application.run_polling()


if __name__ == "__main__":
    main(*sys.argv[1:4])
