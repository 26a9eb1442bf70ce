"""What a prompt asks for, as values: the scene graph that every drawing starts from."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["ground", "tall", "air", "float", "deep", "item", "sky"]
Size = Literal["", "large", "small"]
Relation = Literal["", "under", "on", "over", "beside", "before", "behind", "in"]


@dataclass(frozen=True, slots=True)
class Subject:
    """A thing to draw, as often as ``count`` says."""

    id: str
    count: int = 1
    colour: str = ""
    """``#rrggbb``, ``rainbow``, or empty for its own colours."""
    size: Size = ""
    relation: Relation = ""
    anchor: str = ""
    """Id of the subject that ``relation`` refers to."""


@dataclass(frozen=True, slots=True)
class Body:
    """The sun or the moon of the picture."""

    kind: Literal["sun", "moon", "crescent"]
    colour: str = ""
    size: Size = ""
    count: int = 1


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that was understood of a prompt; the same for the same meaning in any language."""

    subjects: tuple[Subject, ...] = ()
    body: Body | None = None
    time: str = ""
    weather: str = ""
    season: str = ""
    place: str = ""
    place_colour: str = ""
    features: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    """Ids that must not be seen, from the negative prompt and from words such as "no snow"."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A scene, and what became of the prompt's words."""

    scene: Scene
    drawn_words: tuple[str, ...]
    unknown_words: tuple[str, ...]
    style: str = ""
    """A style that the prompt itself names."""
