"""Questions that a person waits on: presses, inline queries, payments, and their answers."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from tests.emulators.telegram.faults import ApiError
from tests.emulators.telegram.sending import Call, Handler
from tests.emulators.telegram.state import World


@dataclass(frozen=True, slots=True)
class CallbackAnswer:
    """What a person saw after a press: nothing, a short notice, or an alert."""

    text: str = ""
    show_alert: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class InlineAnswer:
    """What a person saw under an inline query."""

    query: str
    results: list[dict[str, Any]]
    is_personal: bool
    button: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class CheckoutAnswer:
    """Whether a payment may go on, and what was said if not."""

    ok: bool
    error_message: str


Answer = CallbackAnswer | InlineAnswer | CheckoutAnswer


@dataclass(slots=True)
class _Question:
    asked_at_s: int
    life_s: int
    answer: "asyncio.Future[Answer]"
    text: str = ""


@dataclass(slots=True)
class Questions:
    """Open questions by id. Each can be answered once, and only for a while."""

    world: World
    press_life_s: int = 60
    inline_life_s: int = 10
    checkout_life_s: int = 10
    refunded: list[str] = field(default_factory=list)
    """Charge ids that were paid back."""
    charges: dict[str, int] = field(default_factory=dict)
    """Payer by charge id."""
    canceled_subscriptions: dict[str, bool] = field(default_factory=dict)
    _open: dict[str, _Question] = field(default_factory=dict)

    def ask(self, life_s: int, text: str = "") -> str:
        """Open a question and return its id."""
        question_id = f"{10**12 + self.world.serial()}"
        waiting: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._open[question_id] = _Question(self.world.now(), life_s, waiting, text)
        return question_id

    async def answer_to(self, question_id: str, timeout_s: float) -> Answer:
        """Wait for the answer.

        Raises:
            TimeoutError: none came in time; the person still sees the waiting sign.
        """
        async with asyncio.timeout(timeout_s):
            return await asyncio.shield(self._open[question_id].answer)

    def handlers(self) -> dict[str, Handler]:
        """The methods by name."""
        return {
            "answerCallbackQuery": self.answer_press,
            "answerInlineQuery": self.answer_inline,
            "answerPreCheckoutQuery": self.answer_checkout,
            "createInvoiceLink": lambda _: f"https://t.me/$invoice{self.world.serial()}",
            "refundStarPayment": self.refund,
            "editUserStarSubscription": self.edit_subscription,
        }

    def answer_press(self, call: Call) -> object:
        """``answerCallbackQuery``."""
        values = call.values
        answer = CallbackAnswer(
            values.get("text", ""), values.get("show_alert", False), values.get("url", "")
        )
        return self._answer(values["callback_query_id"], answer)

    def answer_inline(self, call: Call) -> object:
        """``answerInlineQuery``."""
        values = call.values
        question = self._open.get(values["inline_query_id"])
        answer = InlineAnswer(
            question.text if question else "",
            values["results"],
            values.get("is_personal", False),
            values.get("button"),
        )
        return self._answer(values["inline_query_id"], answer)

    def answer_checkout(self, call: Call) -> object:
        """``answerPreCheckoutQuery``."""
        values = call.values
        answer = CheckoutAnswer(values["ok"], values.get("error_message", ""))
        return self._answer(values["pre_checkout_query_id"], answer)

    def refund(self, call: Call) -> object:
        """``refundStarPayment``, once for each charge."""
        charge_id = self._charge(call)
        if charge_id in self.refunded:
            raise ApiError(400, "Bad Request: CHARGE_ALREADY_REFUNDED")
        self.refunded.append(charge_id)
        return True

    def edit_subscription(self, call: Call) -> object:
        """``editUserStarSubscription``."""
        self.canceled_subscriptions[self._charge(call)] = call.values["is_canceled"]
        return True

    def _charge(self, call: Call) -> str:
        charge_id = str(call.values["telegram_payment_charge_id"])
        if self.charges.get(charge_id) != call.values["user_id"]:
            raise ApiError(400, "Bad Request: CHARGE_NOT_FOUND")
        return charge_id

    def _answer(self, question_id: str, answer: Answer) -> bool:
        question = self._open.get(question_id)
        now = self.world.now()
        late = question is None or now - question.asked_at_s > question.life_s
        if question is None or late or question.answer.done():
            raise ApiError(
                400,
                "Bad Request: query is too old and response timeout expired or query ID is invalid",
            )
        question.answer.set_result(answer)
        return True
