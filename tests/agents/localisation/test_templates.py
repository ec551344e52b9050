"""Kinds of log lines that are not written as they used to be."""

from agents.localisation.templates import Turn, turned_templates

SERVED = [f"request {n} served in {n % 7} ms" for n in range(300)]


def test_a_kind_of_line_that_was_never_written_is_new() -> None:
    """The first line of its kind often names the cause."""
    refused = [f"connection to db-{n} refused" for n in range(5)]

    (found,) = turned_templates(SERVED, [*SERVED[:30], *refused], part_of_baseline=0.1)

    assert (found.turn, found.now) == (Turn.NEW, 5)
    assert found.example in refused


def test_ids_and_numbers_do_not_make_a_line_new() -> None:
    """Otherwise every line would be news."""
    later = [f"request {n} served in {n % 7} ms" for n in range(9000, 9030)]

    assert turned_templates(SERVED, later, part_of_baseline=0.1) == ()


def test_lines_that_multiply_are_told_from_a_longer_stretch() -> None:
    """Twice the time holds twice the lines, and that is nothing."""
    retries = [f"retry {n} of payment" for n in range(10)]
    storm = [f"retry {n} of payment" for n in range(80)]

    calm = turned_templates(retries, retries * 2, part_of_baseline=2.0)
    (found,) = turned_templates(retries, storm, part_of_baseline=1.0)

    assert calm == ()
    assert found.turn is Turn.MULTIPLIED


def test_a_heartbeat_that_falls_silent_has_vanished() -> None:
    """What is no longer written is the hardest thing to see at night."""
    beats = ["heartbeat of the scheduler"] * 120

    (found,) = turned_templates([*SERVED, *beats], SERVED[:150], part_of_baseline=0.5)

    assert (found.turn, found.template) == (Turn.VANISHED, "heartbeat of the scheduler")


def test_a_large_stretch_is_sampled_without_seeming_quieter() -> None:
    """A storm of lines must neither take minutes nor look like a lull."""
    assert turned_templates(SERVED * 40, SERVED * 40, part_of_baseline=1.0) == ()
