"""What a diff does, and what it only seems to do."""

import pytest

from agents.specialists.changes.edits import edits_of


def diff(path: str, *lines: str) -> str:
    """Return a diff of one file."""
    return f"--- a/{path}\n+++ b/{path}\n@@ -1,3 +1,3 @@\n" + "\n".join(lines)


@pytest.mark.parametrize(
    ("path", "lines", "kind"),
    [
        ("a.go", ["-\tx.Timeout = 5 * time.Second", "+\tx.Timeout = 200 * time.Millisecond"],
         "lowered:timeout"),
        ("a.yaml", ["-  max_connections: 20", "+  max_connections: 40"], "raised:pool"),
        ("a.py", ["-    with lock:", "-        add(x)", "+    add(x)"], "removed:lock"),
        ("a.go", ["-\tdefer f.Close()"], "removed:release"),
        ("a.sql", ["+DROP INDEX by_day;"], "added:dropped_index"),
        ("go.mod", ["-\tx.org/lib v1.4.0", "+\tx.org/lib v2.0.0"], "bumped:major"),
        ("a.ts", ['-  @Field("user_id")', '+  @Field("account_id")'], "renamed:field"),
        ("a.py", ["+for x in xs:", "+    db.fetch_one(x)"], "added:call_in_loop"),
        ("a.proto", ["-  int32 n = 1;", "+  int32 n = 4;"], "changed:wire"),
        ("a.go", ["-\tfor i := 0; i < n; i++ {", "+\tfor i := 0; i <= n; i++ {"],
         "changed:condition"),
    ],
)  # fmt: skip
def test_what_a_change_does_is_named(path: str, lines: list[str], kind: str) -> None:
    """Whether a change can bring a symptom about depends on what it does, not on its message."""
    assert kind in {edit.kind for edit in edits_of(diff(path, *lines))}


@pytest.mark.parametrize(
    ("path", "lines"),
    [
        ("docs/limits.md", ["-timeout: 5", "+timeout: 1"]),
        ("pkg/pool_test.go", ["-\tmax := 20", "+\tmax := 2"]),
        ("a.go", ["-\t// timeout is 5 seconds", "+\t// timeout is 1 second"]),
        ("a.yaml", ["-url: http://x.svc:80", "+url:   http://x.svc:80"]),
        ("a.go", ['-\tlog.Printf("waited %d", 5)', '+\tlog.Printf("waited for %d", 1)']),
        ("a.go", ["-\tmu.Lock()", "+    mu.Lock()"]),
        ("web/a.css", ["-.x { width: 10px; }", "+.x { width: 1px; }"]),
    ],
)
def test_what_only_moves_or_only_tells_does_nothing(path: str, lines: list[str]) -> None:
    """Blaming a comment or a log line sends people to roll back what is innocent."""
    assert edits_of(diff(path, *lines)) == ()
