"""The page of published figures and claims."""

from tests.report.pages.words import plain


def test_published_figures_have_signs_and_dashes(made):
    text = plain(made["published.md"])
    assert "| 15.0 | 12.5 (sd 1.5) | −2.5 | 4.0 to 21.0 | within our interval |" in text  # noqa: RUF001
    assert "| 15.0 | not reached | – | – | not reached here |" in text  # noqa: RUF001
    assert "| 88.1 % | 93.1 % (sd 1.2, n 3) | +5.0 | 87.0 % to 99.0 % |" in text
    assert "| test precision of" in text
    assert "| loss in training (nats), epoch 5 | 1.256 | 1.100 (sd 0.100) | −0.156 |" in text  # noqa: RUF001
    assert "| 75.5 % | – | – | – | not in this study |" in text  # noqa: RUF001


def test_claims_are_sorted_by_outcome_and_counted(made):
    text = plain(made["published.md"])
    assert "Of 3 claims: 1 holds here, 1 contradicted here, 1 not tested." in text
    places = [text.index(words) for words in ("it <loses", "it wins", "size matters")]
    assert places == sorted(places)
    assert "✓ holds here" in text
    assert "It is −1.2 points (95 % interval −1.9 to −0.5)." in text  # noqa: RUF001
