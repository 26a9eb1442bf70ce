"""The words that the illustrator knows, read once from the lists in ``words/``."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from core.providers.illustrator.scene import Kind

LONGEST_PHRASE_WORDS = 4
LONGEST_RUN_CHARS = 8


@dataclass(frozen=True, slots=True)
class Entry:
    """What one word or phrase stands for."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class SubjectFacts:
    """How a subject is drawn: its art, where it stands, and how tall it is beside a sitting fox."""

    id: str
    art: str
    kind: Kind
    home: str
    height: float


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """The recipe of a place: ground, backdrop, plants and the ground's colour."""

    id: str
    ground: str
    backdrop: str
    flora: str
    colour: str


@dataclass(frozen=True, slots=True)
class MoodFacts:
    """What an abstract word is drawn as."""

    id: str
    time: str
    weather: str
    place: str
    subjects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Every list in one value."""

    english: dict[str, Entry]
    chinese: dict[str, Entry]
    subjects: dict[str, SubjectFacts]
    places: dict[str, PlaceFacts]
    colours: dict[str, str]
    moods: dict[str, MoodFacts]
    simplified: dict[int, str]


def _rows(name: str) -> list[list[str]]:
    text = files("core.providers.illustrator.words").joinpath(name).read_text("utf-8")
    lines = (line for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return [[cell.strip() for cell in line.split("|")] for line in lines]


def _words(cell: str) -> list[str]:
    return [word for word in (part.strip() for part in cell.split(",")) if word and word != "-"]


def _kind(text: str) -> Kind:
    kinds: dict[str, Kind] = {
        "ground": "ground",
        "tall": "tall",
        "air": "air",
        "float": "float",
        "deep": "deep",
        "item": "item",
        "sky": "sky",
    }
    return kinds[text]


@cache
def lexicon() -> Lexicon:
    """Read the lists; a word that stands in two of them keeps its first meaning."""
    known = Lexicon({}, {}, {}, {}, {}, {}, {})

    def learn(kind: str, ident: str, english: str, chinese: str) -> None:
        for word in _words(english):
            known.english.setdefault(word.casefold(), Entry(kind, ident))
        for word in _words(chinese):
            known.chinese.setdefault(word, Entry(kind, ident))

    for ident, art, kind, home, height, english, chinese in _rows("subjects.txt"):
        known.subjects[ident] = SubjectFacts(ident, art, _kind(kind), home, float(height))
        learn("subject", ident, english, chinese)
    for ident, ground, backdrop, flora, colour, english, chinese in _rows("places.txt"):
        known.places[ident] = PlaceFacts(ident, ground, backdrop, flora, colour)
        learn("place", ident, english, chinese)
    for ident, value, english, chinese in _rows("colours.txt"):
        known.colours[ident] = value
        learn("colour", ident, english, chinese)
    for ident, time, weather, place, subjects, english, chinese in _rows("moods.txt"):
        cast = () if subjects == "-" else tuple(subjects.split())
        known.moods[ident] = MoodFacts(ident, time, weather, place, cast)
        learn("mood", ident, english, chinese)
    for kind, ident, english, chinese in _rows("plain.txt"):
        learn(kind, ident, english, chinese)
    for (cell,) in _rows("traditional.txt"):
        known.simplified.update({ord(pair[0]): pair[1] for pair in cell.split()})
    return known
