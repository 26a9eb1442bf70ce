"""Turns a prompt into a scene: which words belong together, and what they are of."""

from dataclasses import dataclass, field, replace
from typing import cast, get_args

from core.providers.illustrator.colour import shaded
from core.providers.illustrator.lexicon import lexicon
from core.providers.illustrator.scene import Body, Reading, Relation, Scene, Size, Subject
from core.providers.illustrator.tokens import Token, tokens

MAX_EACH = 12
MAX_SUBJECTS = 6
MAX_REPORTED_WORDS = 20
MAX_REPORTED_CHARS = 40
PLURAL_COUNT = 3
_CONJUNCTIONS = frozenset({"and", "or", "nor", "和", "或", "与", "及", "、"})
_VERBS_BEFORE = frozenset(
    {"骑", "骑着", "骑在", "坐在", "站在", "飞过", "飞越", "和", "与", "跟", "拿着", "抱着"}
)
_ENTITIES = frozenset({"subject", "place", "body", "weather", "time", "season", "feature", "mood"})
_MODIFIERS = frozenset({"colour", "shade", "number", "size"})
_SHOWN = _ENTITIES | {"colour", "relation", "number", "size", "style"}
_FRUITS = {"orange": "orange_fruit"}
"""Colours that are things when no noun follows."""
_SPECIAL = {("cat", "black"): "black_cat"}


@dataclass(slots=True)
class _Draft:
    """The state of the reader between two words."""

    subjects: list[Subject] = field(default_factory=list)
    body: Body | None = None
    facts: dict[str, str] = field(default_factory=dict)
    place_colour: str = ""
    features: list[str] = field(default_factory=list)
    without: list[str] = field(default_factory=list)
    colour: str = ""
    shade: str = ""
    count: int = 0
    size: Size = ""
    negated: bool = False
    spent: bool = False
    """The negation has had its noun; only "and" prolongs it."""
    relation: Relation = ""
    joined: bool = False
    """A Chinese 在 stands between the last subject and now."""
    hanging: tuple[Relation, str] | None = None
    """A Chinese place phrase that waits for its subject."""
    last: tuple[str, int] | None = None


def _relation(text: str) -> Relation:
    assert text in get_args(Relation)
    return cast("Relation", text)


def _link(draft: _Draft, actor: int, relation: Relation, anchor: str) -> None:
    if draft.subjects[actor].relation == "" and draft.subjects[actor].id != anchor:
        draft.subjects[actor] = replace(draft.subjects[actor], relation=relation, anchor=anchor)


def _clear_modifiers(draft: _Draft) -> None:
    draft.colour = draft.shade = ""
    draft.size = ""
    draft.count = 0


def _size(text: str) -> Size:
    return "large" if text == "large" else "small"


def _meet_subject(draft: _Draft, token: Token) -> None:
    count = draft.count or (PLURAL_COUNT if token.plural else 1)
    colour = shaded(draft.colour, draft.shade)
    ident = _SPECIAL.get((token.id, draft.colour), token.id)
    subject = Subject(
        id=ident,
        count=min(count, MAX_EACH),
        colour="" if ident != token.id else colour,
        size=draft.size,
    )
    before = len(draft.subjects) - 1
    draft.subjects.append(subject)
    here = len(draft.subjects) - 1
    if draft.hanging:
        relation, anchor = draft.hanging
        _link(draft, here, relation, anchor)
        draft.hanging = None
    elif draft.relation and before >= 0:
        _link(draft, before, draft.relation, ident)
        if not token.chinese:
            draft.relation = ""
    elif draft.relation and token.chinese:
        draft.hanging, draft.relation = (draft.relation, ident), ""
    draft.last = ("subject", here)


def _meet_setting(draft: _Draft, token: Token) -> None:
    colour = shaded(draft.colour, draft.shade)
    if token.kind == "body":
        kind = {"moon": "moon", "crescent": "crescent"}.get(token.id, "sun")
        draft.body = draft.body or Body(
            kind="moon" if kind == "moon" else "crescent" if kind == "crescent" else "sun",
            colour=colour,
            size=draft.size,
            count=max(1, min(draft.count or (2 if token.plural else 1), 3)),
        )
        draft.last = ("body", 0)
    elif token.kind == "feature":
        if token.id not in draft.features:
            draft.features.append(token.id)
    else:
        draft.facts.setdefault(token.kind, token.id)
        if token.kind == "place":
            draft.place_colour = draft.place_colour or colour
            draft.last = ("place", 0)
    if draft.relation == "over" and token.kind == "place" and draft.subjects:
        _link(draft, len(draft.subjects) - 1, "over", "")
    draft.relation = ""


def _meet_entity(draft: _Draft, token: Token) -> None:
    if draft.negated:
        draft.without.append(token.id)
        draft.spent = True
    elif token.kind == "subject":
        _meet_subject(draft, token)
    else:
        _meet_setting(draft, token)
    _clear_modifiers(draft)


def _meet_relation(draft: _Draft, token: Token) -> None:
    relation = _relation(token.id)
    if not token.chinese or token.text in _VERBS_BEFORE:
        draft.relation = relation
        return
    if draft.last is None or draft.last[0] != "subject":
        if draft.last and draft.last[0] == "place" and relation == "over":
            if draft.subjects:
                _link(draft, len(draft.subjects) - 1, "over", "")
            else:
                draft.hanging = ("over", "")
        draft.joined, draft.relation = False, ""
        return
    anchor = draft.subjects[draft.last[1]].id
    if draft.last[1] > 0 and (draft.joined or draft.relation):
        actor = draft.last[1] - 1
        draft.subjects[actor] = replace(draft.subjects[actor], relation=relation, anchor=anchor)
    else:
        draft.hanging = (relation, anchor)
    draft.joined, draft.relation = False, ""


def _settle_colour(draft: _Draft) -> None:
    """A colour after its noun ("the fox is blue") belongs to the last thing named."""
    if draft.last is None and draft.colour in _FRUITS:
        fruit, draft.colour = _FRUITS[draft.colour], ""
        _meet_subject(draft, Token(fruit, "subject", fruit))
    if draft.colour and draft.last:
        kind, at = draft.last
        colour = shaded(draft.colour, draft.shade)
        if kind == "subject" and not draft.subjects[at].colour:
            draft.subjects[at] = replace(draft.subjects[at], colour=colour)
        elif kind == "body" and draft.body and not draft.body.colour:
            draft.body = replace(draft.body, colour=colour)
        elif kind == "place":
            draft.place_colour = draft.place_colour or colour
    _clear_modifiers(draft)


def _meet_modifier(draft: _Draft, token: Token) -> None:
    if token.kind == "colour":
        draft.colour = draft.colour or token.id
    elif token.kind == "shade":
        draft.shade = token.id
    elif token.kind == "number":
        draft.count = int(token.id)
    else:
        draft.size = _size(token.id)


def _meet(draft: _Draft, token: Token) -> None:
    if draft.negated and draft.spent:
        draft.negated = token.text in _CONJUNCTIONS
        draft.spent = False
    if token.kind in _ENTITIES:
        _meet_entity(draft, token)
    elif token.kind in _MODIFIERS:
        _meet_modifier(draft, token)
    elif token.kind == "relation":
        _settle_colour(draft)
        _meet_relation(draft, token)
    elif token.kind == "unknown":
        # Its colour and number were meant for the thing that nobody here can draw.
        _clear_modifiers(draft)
    elif token.kind == "negation":
        draft.negated, draft.spent = True, False
    elif token.kind == "joint" and token.id == "at":
        draft.joined = True
    elif token.kind == "break":
        _settle_colour(draft)
        draft.negated = draft.spent = False
        draft.relation = ""


def _merged(subjects: list[Subject]) -> list[Subject]:
    """Actors before what they relate to; the same thing named twice counts once."""
    seen: dict[tuple[str, str], Subject] = {}
    for subject in subjects:
        seen.setdefault((subject.id, subject.colour), subject)
    kept = list(seen.values())
    anchors = {subject.anchor for subject in kept if subject.anchor}
    return [s for s in kept if s.id not in anchors] + [s for s in kept if s.id in anchors]


def _with_mood(scene: Scene, mood: str) -> Scene:
    facts = lexicon().moods[mood]
    if scene.subjects:
        return replace(scene, time=scene.time or facts.time)
    moon = Body("moon") if "moon" in facts.subjects else scene.body
    rainbow = ("rainbow",) if "rainbow" in facts.subjects else ()
    names = [name for name in facts.subjects if name in lexicon().subjects]
    cast_ = tuple(Subject(id=name, count=names.count(name)) for name in dict.fromkeys(names))
    return replace(
        scene,
        subjects=() if scene.place else cast_,
        body=scene.body or moon,
        time=scene.time or facts.time,
        weather=scene.weather or facts.weather,
        place=scene.place or facts.place,
        features=(*scene.features, *rainbow),
    )


def _removed(scene: Scene, without: frozenset[str]) -> Scene:
    """Take out what must not be seen, wherever it would come from."""

    def kept(ident: str) -> str:
        return "" if ident in without else ident

    return replace(
        scene,
        subjects=tuple(subject for subject in scene.subjects if subject.id not in without),
        body=None if scene.body and scene.body.kind in without else scene.body,
        time=kept(scene.time),
        weather=kept(scene.weather),
        season=kept(scene.season),
        place=kept(scene.place),
        features=tuple(feature for feature in scene.features if feature not in without),
        without=tuple(sorted(without)),
    )


def _words(found: list[Token], kinds: frozenset[str]) -> tuple[str, ...]:
    texts = (token.text[:MAX_REPORTED_CHARS] for token in found if token.kind in kinds)
    return tuple(dict.fromkeys(texts))[:MAX_REPORTED_WORDS]


def read(prompt: str, negative: str = "") -> Reading:
    """Read a prompt of any length and content; never fails.

    Returns:
        The scene, the words that are in it, and the words that could not be drawn.
    """
    draft = _Draft()
    found = list(tokens(prompt))
    for token in found:
        _meet(draft, token)
    _settle_colour(draft)
    scene = Scene(
        subjects=tuple(_merged(draft.subjects)[:MAX_SUBJECTS]),
        body=draft.body,
        time=draft.facts.get("time", ""),
        weather=draft.facts.get("weather", ""),
        season=draft.facts.get("season", ""),
        place=draft.facts.get("place", ""),
        place_colour=draft.place_colour,
        features=tuple(sorted(draft.features)),
    )
    if mood := draft.facts.get("mood"):
        scene = _with_mood(scene, mood)
    unwanted = (token.id for token in tokens(negative) if token.kind in _ENTITIES)
    scene = _removed(scene, frozenset((*draft.without, *unwanted)))
    return Reading(
        scene=scene,
        drawn_words=_words(found, frozenset(_SHOWN)),
        unknown_words=_words(found, frozenset({"unknown"})),
        style=next((token.id for token in found if token.kind == "style"), ""),
    )
