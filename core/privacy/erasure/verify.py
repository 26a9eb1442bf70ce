"""Checking what people bring to /verify: a receipt of an erasure, else a picture."""

from core.app import App
from core.generation import queries
from core.generation.values import Verified
from core.kernel.people import Actor, Language
from core.privacy.erasure.pages import checked_line
from core.privacy.erasure.receipt import CheckedReceipt, check_receipt
from core.privacy.notice.wording import said


def verify_receipt(app: App, data: bytes) -> CheckedReceipt | None:
    """Say whether a file is a receipt that this deployment signed; None when it is no receipt."""
    return check_receipt(app.keys, data)


async def verify_anything(
    app: App, data: bytes, actor: Actor | None = None
) -> CheckedReceipt | Verified:
    """Say what a file is: a receipt of an erasure, or a picture and where it came from.

    That a picture was looked at is recorded for ``actor``, if they have an account.

    Raises:
        CoreError: ``not-a-picture`` or ``picture-too-large``, for what is no receipt either.
    """
    receipt = verify_receipt(app, data)
    return receipt if receipt is not None else await queries.verify(app, data, actor)


def receipt_said(receipt: CheckedReceipt, language: Language) -> str:
    """Return what a person is told about a receipt that was checked, as plain text."""
    return said(checked_line(receipt, language), language)
