"""No place is outside the inventory: every file that is written, every module that writes one."""

import ast
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

from core.generation.values import RequestState
from core.messages.catalogue import has_text
from core.policy.profile import RETENTION_CLASSES
from core.privacy.subject.places import PLACES
from core.settings import Settings
from tests.architecture.source import ROOT
from tests.core.privacy.export.reading import asked_for, made, the_export
from tests.factories import a_request, a_worker, accepted, an_adult, an_app, until

WRITERS = {"write_bytes", "write_text", "touch", "put_async", "NamedTemporaryFile", "mkstemp"}
WRITERS |= {"create_engine", "LocalStore", "S3Store"}
OF_OTHERS = {
    "core/privacy/export/check.py": "a command that opens somebody's own file, beside that file",
    "core/privacy/export/build.py": "an entry of a zip in memory",
    "core/privacy/export/spool.py": "an entry of a zip in memory",
    "core/providers/illustrator/pack.py": "a tool of developers: packs drawings for a release",
}
READ_ONLY = {
    "LIMNER_PLANS": "read once",
    "LIMNER_POLICY": "read once",
}


def _mode_of(call: ast.Call) -> str:
    words = [
        one.value
        for one in (*call.args, *(word.value for word in call.keywords))
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    ]
    return next((one for one in words if one and set(one) <= set("rwaxbt+")), "")


def _writes(tree: ast.AST) -> Iterator[str]:
    """What in a module could write a file or open a database."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        is_writing_open = name in ("open", "fdopen") and bool(set(_mode_of(node)) & set("wax"))
        is_of_os = name == "link" and getattr(getattr(node.func, "value", None), "id", "") == "os"
        if is_writing_open or is_of_os or name in WRITERS:
            yield name


@pytest.mark.promise("FA-1.1")
def test_every_module_that_writes_something_has_its_owner() -> None:
    owned = {writer for place in PLACES for writer in place.writers}
    found = {
        path.relative_to(ROOT).as_posix()
        for folder in ("core", "bots")
        for path in (ROOT / folder).rglob("*.py")
        if any(_writes(ast.parse(path.read_text("utf-8"))))
    }
    assert {"core/storage/vault.py", "core/storage/keys.py"} <= found, "the search finds something"
    assert found - owned - set(OF_OTHERS) == set()
    assert all((ROOT / one).is_file() for one in owned | set(OF_OTHERS))


def files_under(folder: Path) -> list[str]:
    return [one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file()]


@pytest.mark.promise("FA-1.1")
async def test_every_file_of_a_running_service_has_its_owner(tmp_path: Path) -> None:
    async with an_app(folder=tmp_path) as app, a_worker(app):
        actor = await an_adult(app)
        asked = await accepted(app, a_request(actor))
        await until(app, actor, asked.request_id, RequestState.ENDED)
        await asked_for(app, "protect a good passphrase", actor=actor)
        await made(app)
        assert (await the_export(app)).state == "ready"
        written = files_under(tmp_path)

    patterns = [pattern for place in PLACES for pattern in place.paths]
    assert any(name.startswith("data/pictures/") for name in written)
    strays = [name for name in written if not any(fnmatch(name, one) for one in patterns)]
    assert strays == []


@pytest.mark.promise("FA-1.1")
def test_every_setting_that_names_a_place_has_its_owner() -> None:
    owned = {name for place in PLACES for name in place.settings}
    named = {
        str(field.validation_alias)
        for name, field in Settings.model_fields.items()
        if "Path" in str(field.annotation)
        or name.endswith(("_url", "_bucket", "_prefix", "_endpoint"))
        or name == "policy"
    }
    assert {"LIMNER_DATA", "LIMNER_KEYS", "DATABASE_URL"} <= named
    assert named - owned - set(READ_ONLY) == set()


def test_every_place_says_what_it_holds_and_how_it_ends() -> None:
    assert len({place.name for place in PLACES}) == len(PLACES)
    kinds = {place.kind for place in PLACES}
    assert kinds == {"disk", "memory", "outside"}
    for place in PLACES:
        assert place.retention in RETENTION_CLASSES
        assert has_text(place.what, "en")
        assert has_text(place.end, "zh_Hans")
        assert place.paths or place.kind != "disk"
