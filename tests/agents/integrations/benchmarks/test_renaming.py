"""Names are made meaningless, the same way everywhere."""

from agents.integrations.benchmarks.renaming import Renamer


def test_a_name_becomes_the_same_one_in_every_text() -> None:
    """A pod must still belong to its Deployment, or the renamed case is another case."""
    renaming = Renamer("seed").of(["cart", "cart-db", "master"])

    text = renaming.text("pod/cart-6d4b-x7k2p calls cart-db:3306 on master")

    assert renaming["cart"] in text
    assert f"{renaming['cart-db']}:3306 on {renaming['master']}" in text
    assert "cart" not in text


def test_words_that_only_contain_a_name_and_labels_of_kubernetes_stay() -> None:
    """`cartography` is no cart, and the control plane's role label is not a node's name."""
    renaming = Renamer("seed").of(["cart", "master"])

    kept = "cartography and node-role.kubernetes.io/master"

    assert renaming.text(kept) == kept


def test_another_seed_gives_other_names() -> None:
    """A name that comes out the same every time could be learnt."""
    assert Renamer("a").name("cart") != Renamer("b").name("cart")
