"""What the sandboxes of one run share, and how one is opened; no pytest. `stripe_sandbox` is a run of one."""

from __future__ import annotations

import contextlib
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from pytest_stripe_tokens import sdk
from pytest_stripe_tokens.settings import Settings, checked_mode, checked_seed

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from pytest_stripe_tokens.cassettes import Library
    from pytest_stripe_tokens.interception import Interceptor
    from pytest_stripe_tokens.sandbox import StripeTokens
    from pytest_stripe_tokens.simulator.generator import GeneratorFactory


class Run:
    """The expensive parts, made when the first test needs them and kept for the run."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def interceptor(self) -> Interceptor:
        """Loads every installed HTTP client."""
        from pytest_stripe_tokens.interception import Interceptor  # noqa: PLC0415 - loads vcrpy and the clients

        sdk.load()
        return Interceptor()

    @cached_property
    def generators(self) -> GeneratorFactory:
        """Holds Faker's engine."""
        from pytest_stripe_tokens.simulator.generator import GeneratorFactory  # noqa: PLC0415

        return GeneratorFactory(self.settings.locale)

    @cached_property
    def library(self) -> Library:
        """Holds what was read of the suite's cassettes."""
        from pytest_stripe_tokens.cassettes import Library  # noqa: PLC0415

        return Library(self.settings.cassettes)

    @contextlib.contextmanager
    def sandbox(
        self,
        settings: Settings,
        *,
        test: str = "",
        params: Mapping[str, Mapping[str, Any]] | None = None,
        fail: Callable[[str], NoReturn] | None = None,
    ) -> Generator[StripeTokens]:
        """Answer Stripe's hosts until the block ends.

        Args:
            settings: of the test.
            test: its node id, which its generated answers depend on.
            params: default parameters per type.
            fail: ends the test with a message.
        """
        from pytest_stripe_tokens.sandbox import TEST_KEY, StripeTokens, Surroundings  # noqa: PLC0415

        generator = self.generators.generator(settings.seed, test)
        optional: dict[str, Any] = {} if fail is None else {"fail": fail}
        surroundings = Surroundings(self.library, generator, test, params or {}, **optional)
        tokens = StripeTokens(settings, surroundings)
        with self.interceptor.open(tokens.exchange), sdk.test_key(TEST_KEY):
            yield tokens


@contextlib.contextmanager
def stripe_sandbox(mode: str = "auto", seed: int = 0, cassettes: str | Path | None = None) -> Generator[StripeTokens]:
    """Answer Stripe's API for as long as the block runs, without pytest.

    For wider fixtures, unittest, a REPL or a script.

    Args:
        mode: `"auto"`, `"replay"` or `"generate"`.
        seed: of generated answers.
        cassettes: the directory of the cassettes; `cassettes` in the working directory by default.

    Raises:
        UsageError: an unknown mode, or a seed that is no whole number.
        RequestMissed: inside the block, in mode `replay`, for a request that no cassette holds.
    """
    directory = Path(cassettes if cassettes is not None else "cassettes").absolute()
    settings = Settings(checked_mode(mode, "stripe_sandbox"), checked_seed(seed, "stripe_sandbox"), directory)
    with Run(settings).sandbox(settings) as tokens:
        yield tokens
