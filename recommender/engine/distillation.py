"""Distillation (Hinton et al. 2015, "Distilling the knowledge in a neural network"): a network
learns the answers of a trained model, such as several networks averaged, beside the labels."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from recommender.engine.cnn import GenreClassifier
from recommender.engine.mel import Floats
from recommender.engine.network import shape_of
from recommender.engine.splits import Split

if TYPE_CHECKING:
    import keras

Draw = Callable[[np.random.Generator], tuple[Floats, Floats]]


@dataclass(frozen=True, slots=True, eq=False)
class Teacher:
    """A model as a teacher of networks whose genres may stand in another order.

    model : on Keras, which answers a whole batch at once. columns : where it has the genres.
    """

    model: GenreClassifier
    columns: list[int]

    def lessons(self, draw: Draw, share: float) -> Draw:
        """Batches whose labels are, to a share of 0–1, the teacher's probabilities for the very
        crops that the learner hears, mixed and masked as they are (Beyer et al. 2022, "Knowledge
        distillation: a good teacher is patient and consistent")."""
        network = self.model.network()

        def taught(rng: np.random.Generator) -> tuple[Floats, Floats]:
            inputs, targets = draw(rng)
            said = self.model.calibrated(np.asarray(network(inputs)[0]))[:, self.columns]
            return inputs, (share * said + (1.0 - share) * targets).astype(np.float32)

        return taught

    def start(self, member: "keras.Model", number: int) -> None:
        """Let a network of the same shape begin where one of the teacher's ended."""
        shape = shape_of(self.model.card)
        network = self.model.keras_network().get_layer(f"member_{number % shape.members}")
        *hidden, kernel, bias = network.get_weights()
        weights = [*hidden, kernel[:, self.columns], bias[self.columns]]
        if [w.shape for w in weights] == [w.shape for w in member.get_weights()]:
            member.set_weights(weights)


def find_teacher(
    model: GenreClassifier, genres: tuple[str, ...], parts: Split, seed: int
) -> Teacher:
    """The model as a teacher of these genres.

    Raises
    ------
    ValueError : it has other genres, or learned from other clips: then it may have heard those that
    are held out now, and would tell.
    """
    if sorted(model.genres) != sorted(genres):
        raise ValueError(
            f"The teacher knows {', '.join(model.genres)}; the genres here are {', '.join(genres)}."
        )
    if _heard(model.card) != (parts.counts(), seed):
        raise ValueError(
            "The teacher was trained on other clips than those that are trained on here: "
            "give both the same data, artists, genres, background and seed."
        )
    return Teacher(model, [model.genres.index(genre) for genre in genres])


def _heard(card: dict[str, Any]) -> tuple[Any, Any]:
    return card.get("clips"), card.get("training", {}).get("seed")
