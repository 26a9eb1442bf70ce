"""What /quota answers."""

from dataclasses import dataclass

from core.accounts.commands import find_person
from core.app import App
from core.kernel.people import Actor
from core.kernel.units import Credits
from core.quotas import ledger
from core.quotas.kept import strangers_allowance
from core.quotas.rules import load_plans, resets_in_s


@dataclass(frozen=True, slots=True)
class QuotaView:
    """A person's allowance in credits; times in seconds."""

    plan: str
    free_left: Credits
    daily_credits: Credits
    monthly_credits: Credits
    credits: Credits
    available: Credits
    resets_in_s: int
    running_at_once: int
    waiting_at_most: int


async def quota(app: App, actor: Actor) -> QuotaView:
    """Return what the person can spend and when it refills; asking makes no account."""
    plans = load_plans(app.settings.plans)
    now = app.clock.now()
    async with app.transaction() as tx:
        person = await find_person(app, tx, actor)
        if person is None:
            plan = plans[app.settings.first_plan(actor.surface)]
            used = await strangers_allowance(app, tx, actor)
            standing = ledger.fresh_standing(plan, used, now)
        else:
            plan = plans[person.plan]
            standing = await ledger.standing(tx, person.account_id, plan, now)
    return QuotaView(
        plan=plan.name,
        free_left=standing.free_left,
        daily_credits=plan.daily_credits,
        monthly_credits=plan.monthly_credits,
        credits=standing.credits,
        available=standing.available,
        resets_in_s=resets_in_s(now),
        running_at_once=plan.running_at_once,
        waiting_at_most=plan.waiting_at_most,
    )
