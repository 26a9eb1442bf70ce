"""What each button and each filled-in modal does."""

from functools import partial
from typing import assert_never

from bots.discord import modals, render
from bots.discord.address import Address, is_age_restricted
from bots.discord.asking import SURFACE
from bots.discord.commands.account import settings_page
from bots.discord.commands.imagine import ask_in_words
from bots.discord.components import Verb
from bots.discord.modals import ModalKind, Submitted
from bots.discord.reply import Manner
from bots.discord.visit import Visit
from core.accounts.commands import choose_language, choose_region
from core.generation.commands import (
    cancel_request,
    continue_after_age,
)
from core.generation.errors import NotFound
from core.generation.queries import grid, offerings, picture_file, status
from core.generation.values import (
    Accepted,
    AgeNoted,
    AlreadyEnded,
    ContinueAfterAge,
    PictureFile,
    RequestStatus,
)
from core.kernel.ids import RequestId, is_id
from core.privacy.erasure.messages import Message
from core.privacy.erasure.pressed import delete_shown_picture, delete_shown_request


def manner_of(verb: Verb) -> Manner:
    """Say how a press is answered when the answer takes longer."""
    match verb:
        case Verb.AGAIN | Verb.VARY:
            return Manner.PUBLIC
        case Verb.OPEN | Verb.ORIGINAL | Verb.WORDS | Verb.MODELS | Verb.REGION:
            return Manner.HIDDEN
        case Verb.CANCEL | Verb.DELETE | Verb.DROP | Verb.ADULT | Verb.MINOR | Verb.LANGUAGE:
            return Manner.QUIET
        case _:
            assert_never(verb)


async def press(visit: Visit, verb: Verb, target: str, index: int) -> None:  # noqa: C901, PLR0912 - a table
    """Do what a button says; raises the core's refusals."""
    request_id = RequestId(target)
    match verb:
        case Verb.CANCEL:
            await _cancel(visit, request_id)
        case Verb.AGAIN:
            await visit.repeat(request_id, "again")
        case Verb.VARY:
            await visit.repeat(request_id, "vary", index=index)
        case Verb.WORDS:
            await _change_words(visit, request_id)
        case Verb.MODELS:
            await _choose_model(visit, request_id)
        case Verb.OPEN:
            await _open(visit, request_id, index)
        case Verb.ORIGINAL:
            await _originals(visit, request_id, index)
        case Verb.DELETE:
            deleted = await delete_shown_request(
                visit.app, visit.actor, request_id, partial(_is_pressed, visit)
            )
            page = render.deleted_page(len(deleted.picture_ids), visit.language)
            await visit.reply.replace(page)
        case Verb.DROP:
            await _drop(visit, request_id, index)
        case Verb.ADULT | Verb.MINOR:
            pending = request_id if is_id(target) else None
            await _answer_age(visit, pending, is_adult=verb is Verb.ADULT)
        case Verb.LANGUAGE:
            person = await choose_language(visit.app, visit.actor, target)
            await visit.reply.replace(settings_page(person, is_saved=True))
        case Verb.REGION:
            if visit.reply.can_open_modal:
                modal = modals.region_modal(visit.person.region, visit.language)
                await visit.reply.open(modal)
            else:
                await visit.tell(render.says("server-press-again", visit.language))
        case _:
            assert_never(verb)


async def _cancel(visit: Visit, request_id: RequestId) -> None:
    result = await cancel_request(visit.app, visit.actor, request_id)
    if isinstance(result, AlreadyEnded):
        await visit.tell(render.says("too-late-to-cancel", visit.language))
    else:
        # The outcome is delivered like every other: by an edit of this very message.
        await visit.reply.acknowledge()


async def _change_words(visit: Visit, request_id: RequestId) -> None:
    known = await status(visit.app, visit.actor, request_id)
    if visit.reply.can_open_modal:
        modal = modals.words_modal(request_id, known.wish.prompt, visit.language)
        await visit.reply.open(modal)
    else:
        await visit.tell(render.says("server-press-again", visit.language))


async def _choose_model(visit: Visit, request_id: RequestId) -> None:
    await status(visit.app, visit.actor, request_id)
    if visit.reply.can_open_modal:
        modal = modals.models_modal(request_id, offerings(visit.app), visit.language)
        await visit.reply.open(modal)
    else:
        await visit.tell(render.says("server-press-again", visit.language))


async def _one(visit: Visit, known: RequestStatus, index: int) -> PictureFile:
    picture_id = render.picture_id_at(known, index)
    if picture_id is None:
        raise NotFound
    return await picture_file(visit.app, visit.actor, picture_id)


async def _open(visit: Visit, request_id: RequestId, index: int) -> None:
    known = await status(visit.app, visit.actor, request_id)
    page = await render.single_page(
        known,
        await _one(visit, known, index),
        index,
        limit_bytes=visit.asked.filesize_limit,
        is_veiled=is_age_restricted(visit.asked) or known.wish.spoiler,
    )
    picture_id = render.picture_id_at(known, index)
    await visit.tell_copy(page, request_id, picture_id, shows_words=True)


async def _originals(visit: Visit, request_id: RequestId, index: int) -> None:
    known = await status(visit.app, visit.actor, request_id)
    views = known.outcome.pictures if known.outcome else ()
    wanted = [view.index for view in views if index in {0, view.index}]
    if not wanted:
        raise NotFound
    files = tuple([await _one(visit, known, one) for one in wanted])
    page = render.originals_page(
        files,
        limit_bytes=visit.asked.filesize_limit,
        is_veiled=is_age_restricted(visit.asked) or known.wish.spoiler,
        language=visit.language,
    )
    picture_id = render.picture_id_at(known, wanted[0]) if len(wanted) == 1 else None
    await visit.tell_copy(page, request_id, picture_id)


def _is_pressed(visit: Visit, shown: Message) -> bool:
    """Say whether a message is the one whose button was pressed: the answer changes it."""
    if shown.surface != SURFACE or visit.asked.message is None:
        return False
    return Address.read(shown.address).message_id == visit.asked.message.id


async def _drop(visit: Visit, request_id: RequestId, index: int) -> None:
    known = await status(visit.app, visit.actor, request_id)
    picture_id = render.picture_id_at(known, index)
    if picture_id is None:
        raise NotFound
    deleted = await delete_shown_picture(
        visit.app, visit.actor, picture_id, partial(_is_pressed, visit)
    )
    await visit.reply.replace(render.deleted_page(len(deleted.picture_ids), visit.language))
    if not deleted.message_address:
        return
    left = await status(visit.app, visit.actor, request_id)
    views = left.outcome.pictures if left.outcome else ()
    files = tuple([await _one(visit, left, view.index) for view in views])
    page = await render.outcome_page(
        left,
        files,
        await grid(visit.app, visit.actor, request_id),
        limit_bytes=visit.asked.filesize_limit,
        is_veiled=is_age_restricted(visit.asked) or left.wish.spoiler,
    )
    await visit.delivery.redraw(deleted.message_address, page)


async def _answer_age(visit: Visit, pending: RequestId | None, *, is_adult: bool) -> None:
    visit.is_greeted = True
    with visit.openings.opening(pending or visit.asked.token):
        answer = ContinueAfterAge(visit.actor, is_adult, pending)
        result = await continue_after_age(visit.app, answer)
        match result:
            case AgeNoted():
                code = "age-thanks" if result.is_adult else "age-minor-noted"
                await visit.reply.replace(render.says(code, visit.language))
            case Accepted():
                await visit.reply.replace(render.says("age-thanks", visit.language))
                await visit.settle(result)
            case _:
                assert_never(result)


async def submit(visit: Visit, filled: Submitted) -> None:
    """Do what a filled-in modal says; raises the core's refusals."""
    fields = filled.fields
    match filled.kind:
        case ModalKind.IMAGINE:
            words = f"{fields.get(modals.PROMPT, '')} {fields.get(modals.FLAGS, '')}"
            await ask_in_words(visit, words)
        case ModalKind.WORDS:
            prompt = fields.get(modals.PROMPT, "")
            await visit.repeat(RequestId(filled.target), "words", prompt=prompt)
        case ModalKind.MODELS:
            request_id = RequestId(filled.target)
            known = await status(visit.app, visit.actor, request_id)
            prompt = f"{known.wish.prompt} --model {fields.get(modals.MODEL, '')}"
            await visit.repeat(request_id, "words", prompt=prompt)
        case ModalKind.REGION:
            region = fields.get(modals.COUNTRY, "")
            person = await choose_region(visit.app, visit.actor, region)
            await visit.tell(settings_page(person, is_saved=True))
        case ModalKind.STEP:
            raise NotFound  # the client hands these to the counter
        case _:
            assert_never(filled.kind)
