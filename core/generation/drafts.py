"""A request's row as it begins: the wish, sealed, and what admission found for it."""

import secrets

from core.accounts.values import Person
from core.app import App
from core.generation import requests
from core.generation.admission import Admission
from core.generation.flags import MAX_SEED
from core.generation.rows import RequestRow
from core.generation.values import ImageWish, RequestImages, RequestState
from core.kernel.ids import RequestId, new_id


async def new_row(
    app: App,
    cmd: RequestImages,
    person: Person,
    wish: ImageWish,
    admission: Admission,
    parent: RequestId | None,
) -> RequestRow:
    """Return a request that nothing is held for yet, its words sealed; it is not stored."""
    request_id = RequestId(new_id())
    sealed = await requests.seal_wish(
        app, person.account_id, request_id, wish, cmd.reply_to.address
    )
    return RequestRow(
        id=request_id,
        account_id=person.account_id,
        surface=cmd.reply_to.surface,
        request_key_hash=app.keys.fingerprint("request", cmd.request_key),
        state=RequestState.WAITING_AGE.value,
        epoch=person.epoch,
        lane=admission.lane,
        prompt_sealed=sealed.prompt,
        negative_sealed=sealed.negative,
        aspect=wish.aspect or "1:1",
        count=wish.count,
        seed=wish.seed if wish.seed is not None else secrets.randbelow(MAX_SEED),
        seed_given=wish.seed is not None,
        style=wish.style,
        wished_offering=wish.offering_id,
        offering_id=admission.offering_id,
        image_format=wish.image_format,
        spoiler=wish.spoiler,
        adult_room=cmd.room.is_age_restricted,
        reply_to_sealed=sealed.reply_to,
        message_sealed=None,
        parent_id=parent,
        hold_id=None,
        credits=admission.price,
        created_at=app.clock.now(),
        queued_at=None,
        started_at=None,
        ended_at=None,
        percent=0,
        preview_blob=None,
        revision=1,
        route_receipt=None,
        submit_intent_at=None,
        provider_job_id=None,
        outcome_kind=None,
        outcome_code="",
        outcome_facts={},
        unknown_words_sealed=None,
        credits_charged=0,
    )
