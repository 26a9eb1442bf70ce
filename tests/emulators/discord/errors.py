"""The error answers of Discord that a bot must live with, by code."""

from __future__ import annotations

from tests.emulators.discord.state import Json

KNOWN: dict[int, tuple[int, str]] = {
    0: (404, "404: Not Found"),
    10002: (404, "Unknown Application"),
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10008: (404, "Unknown Message"),
    10013: (404, "Unknown User"),
    10015: (404, "Unknown Webhook"),
    10029: (404, "Unknown Entitlement"),
    10062: (404, "Unknown interaction"),
    40001: (401, "401: Unauthorized"),
    40005: (413, "Request entity too large"),
    40060: (400, "Interaction has already been acknowledged."),
    40094: (400, "This interaction has reached the maximum number of follow up messages"),
    50001: (403, "Missing Access"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50013: (403, "Missing Permissions"),
    50027: (401, "Invalid Webhook Token"),
    50035: (400, "Invalid Form Body"),
    50109: (400, "The request body contains invalid JSON."),
}


class ApiError(Exception):
    """The request is refused with this code; nothing was changed."""

    def __init__(self, code: int, *, problems: list[str] | None = None) -> None:
        super().__init__(code, problems)
        self.code = code
        self.status, self.text = KNOWN[code]
        self.problems = problems or []

    def body(self) -> Json:
        body: Json = {"message": self.text, "code": self.code}
        if self.problems:
            body["errors"] = {
                "_errors": [{"code": "INVALID", "message": text} for text in self.problems]
            }
        return body
