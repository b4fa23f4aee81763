"""Packages that are made once and only read; whoever forges takes a copy."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.i18n import current_language, use_language
from tests.protocol.package.hearings import Packed, packed


@pytest.fixture(autouse=True)
def language() -> Iterator[None]:
    """A command speaks the language that it was told to; the next test does not."""
    before = current_language()
    yield
    use_language(before)


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Packed:
    """The demonstration's package, with a camera."""
    return packed(tmp_path_factory.mktemp("demonstration"), picture=True)


@pytest.fixture(scope="session")
def brief(tmp_path_factory: pytest.TempPathFactory) -> Packed:
    """A very small package."""
    return packed(tmp_path_factory.mktemp("brief"), brief=True)


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Packed:
    """The package of a hearing that is no demonstration."""
    return packed(tmp_path_factory.mktemp("real"), demonstration=False, brief=True)
