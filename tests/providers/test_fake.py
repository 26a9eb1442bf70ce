"""The fake that other tests work with keeps the contract of the real providers."""

import pytest

from tests.fakes import AN_OFFERING, FakeProvider
from tests.providers.contract import ProviderContract, Setup


@pytest.fixture
def setup() -> Setup:
    return Setup(FakeProvider(), AN_OFFERING)


class TestTheFakeKeepsTheContract(ProviderContract):
    pass
