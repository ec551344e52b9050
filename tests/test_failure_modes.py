"""The closed list of failure modes is written down, as it is."""

from tests.failure_modes_document import DOCUMENT, document


def test_the_document_of_failure_modes_says_what_the_code_knows() -> None:
    """People look up there what a word on the board means, and what to do first."""
    written = DOCUMENT.read_text(encoding="utf-8")

    assert written == document(), "run: python -m tests.failure_modes_document"
