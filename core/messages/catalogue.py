"""Every text that a person reads, by code and language, from gettext catalogues."""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from io import BytesIO

from babel.core import Locale
from babel.messages.pofile import read_po

from core.kernel.people import Language


@cache
def _texts(language: Language) -> Mapping[str, str | tuple[str, ...]]:
    """Read all catalogues of a language; a code that stands in two files is a bug."""
    found: dict[str, str | tuple[str, ...]] = {}
    folder = resources.files("core.messages").joinpath(language)
    for file in sorted(folder.iterdir(), key=lambda item: item.name):
        if not file.name.endswith(".po"):
            continue
        for message in read_po(BytesIO(file.read_bytes()), locale=language):
            code = message.id[0] if isinstance(message.id, list | tuple) else message.id
            if not code:
                continue
            if code in found:
                msg = f"the message {code} stands twice in {language}"
                raise ValueError(msg)
            string = message.string
            found[str(code)] = string if isinstance(string, str) else tuple(string or ())
    return found


def text(code: str, language: Language, /, **facts: object) -> str:
    """Return the text of a code with its places filled.

    Where the catalogue has plural forms, the fact ``n`` chooses one.

    Raises:
        KeyError: the code has no text in that language, or a place has no fact; both are bugs
            that the message tests find.
    """
    string = _texts(language)[code]
    if isinstance(string, tuple):
        number = facts["n"]
        assert isinstance(number, int)
        is_one = Locale.parse(language).plural_form(number) == "one"
        string = string[0 if is_one else -1]
    if not string:
        raise KeyError(code)
    return string.format_map(facts)


def has_text(code: str, language: Language) -> bool:
    """Say whether a code has a text in the language."""
    return bool(_texts(language).get(code))


def codes(language: Language) -> frozenset[str]:
    """Return every code that has an entry in the language's catalogues."""
    return frozenset(_texts(language))
