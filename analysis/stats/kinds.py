"""The kinds of conclusions, for whoever reads them: words alone, nothing to compute with."""

from enum import StrEnum


class Conclusion(StrEnum):
    """Of a − b, or of a correlation: whether one is shown, in which direction, and whether it is
    shown to be smaller than the bound, which it can be as well."""

    HIGHER = "a higher"
    LOWER = "a lower"
    HIGHER_WITHIN = "a higher within the bound"
    LOWER_WITHIN = "a lower within the bound"
    EQUIVALENT = "equivalent"
    POSITIVE = "positive"
    NEGATIVE = "negative"
    POSITIVE_WITHIN = "positive within the bound"
    NEGATIVE_WITHIN = "negative within the bound"
    SMALL = "smaller than the bound"
    UNDECIDED = "undecided"
    NONE = "not_estimable"

    @property
    def way(self) -> int:
        """1 where a is higher or the correlation positive, −1 the other way round, else 0."""
        return self.startswith(("a higher", "positive")) - self.startswith(("a lower", "negative"))

    @property
    def within(self) -> bool:
        """Whether it is shown to be smaller than the bound."""
        return self is Conclusion.EQUIVALENT or self.endswith("the bound")


OF_CONTRASTS = {
    (1, False): Conclusion.HIGHER,
    (-1, False): Conclusion.LOWER,
    (1, True): Conclusion.HIGHER_WITHIN,
    (-1, True): Conclusion.LOWER_WITHIN,
    (0, True): Conclusion.EQUIVALENT,
    (0, False): Conclusion.UNDECIDED,
}
OF_CORRELATIONS = {
    (1, False): Conclusion.POSITIVE,
    (-1, False): Conclusion.NEGATIVE,
    (1, True): Conclusion.POSITIVE_WITHIN,
    (-1, True): Conclusion.NEGATIVE_WITHIN,
    (0, True): Conclusion.SMALL,
    (0, False): Conclusion.UNDECIDED,
}
