"""What the declarations on the columns promise as a whole: purposes, bases, recipients."""

import pytest

from tests.core.storage.live_schema import declared

PURPOSES = frozenset(
    {"service", "account", "billing", "security", "abuse", "age_check", "routing", "transparency"}
    | {"support", "notice", "analytics", "legal", "claims", "rights", "operation", "consent"}
    | {"retention", "marketing"}
)
"""The policy's section 3, as the words that columns use. Nothing else is a purpose."""

OUTSIDE = frozenset({"provider", "surface"})
"""Who may receive something: who draws the picture, and the platform that shows it."""


@pytest.mark.promise("FA-3.1")
def test_every_value_has_a_purpose_of_a_closed_list() -> None:
    odd = {
        place: one.purposes
        for place, one in declared().items()
        if not one.purposes or not one.purposes <= PURPOSES
    }
    assert odd == {}


@pytest.mark.promise("FA-3.2")
def test_what_makes_up_an_account_is_kept_to_run_it() -> None:
    own = {place: one.purposes for place, one in declared().items() if place[0] == "accounts"}
    assert own
    assert set().union(*own.values()) <= {
        "service",
        "account",
        "age_check",
        "routing",
        "security",
        "rights",
        "transparency",
        "retention",
    }


@pytest.mark.promise("FA-4.1")
def test_content_that_serves_a_request_rests_on_the_contract() -> None:
    content = {
        place: one
        for place, one in declared().items()
        if one.category == "content" and "service" in one.purposes
    }
    assert content
    assert {place for place, one in content.items() if one.basis != "contract"} == set()


@pytest.mark.promise("FA-7.7")
def test_nobody_outside_receives_data_but_who_draws_and_who_shows_pictures() -> None:
    recipients = {place: one.recipients for place, one in declared().items() if one.recipients}
    assert recipients
    assert {place for place, one in recipients.items() if not one <= OUTSIDE} == set()
