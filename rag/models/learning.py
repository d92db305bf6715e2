"""Learn the rows of a static embedding from pairs: InfoNCE, with Adam over the rows that a step touches.

A step pulls each left text towards the right texts that belong to it and away from the others (InfoNCE, van den
Oord et al. 2018, arXiv:1807.03748; several that belong: each of them against those that do not, averaged), and the
same from right to left. A step knows a third of the tokens at most, so only their rows are read and written.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rag.models.pairs import Pairs
from rag.models.token_lists import IntArray, gathered

if TYPE_CHECKING:
    import torch

_DECAYS = (0.9, 0.99)
_TINY = 1e-8


def learn(
    weights: NDArray[np.float32],
    batches: Sequence[Callable[[], Pairs]],
    steps: int,
    learning_rate: float,
    temperature: float,
    say: Callable[[str], None],
) -> NDArray[np.float32]:
    """Return the weights after ``steps`` steps, each over one batch of every source; row 0 stays zero.

    The learning rate rises over the first twentieth of the steps and falls to nothing at the end. Same arguments and
    machine give the same bytes.
    """
    import torch

    torch.use_deterministic_algorithms(True)
    rows = _TouchedRows(torch.from_numpy(weights.copy()))
    average = math.nan
    for step in range(steps):
        loss = rows.step([draw() for draw in batches], temperature, learning_rate * _schedule(step / steps))
        average = loss if math.isnan(average) else 0.95 * average + 0.05 * loss
        if (step + 1) % 50 == 0 or step + 1 == steps:
            say(f"step {step + 1}/{steps}, loss {average:.3f}")
    learned: NDArray[np.float32] = rows.weights.numpy()
    learned[0] = 0.0
    return learned


def _schedule(progress: float) -> float:
    return min(progress / 0.05, (1.0 - progress) / 0.95) + 0.01


class _TouchedRows:
    """The weights with Adam's two averages and the number of steps of each row."""

    def __init__(self, weights: torch.Tensor) -> None:
        import torch

        self.weights = weights
        self._first, self._second = torch.zeros_like(weights), torch.zeros_like(weights)
        self._steps = torch.zeros(len(weights), 1)

    def step(self, batches: Sequence[Pairs], temperature: float, learning_rate: float) -> float:
        """Move the rows of the batches' tokens; return the loss before the move."""
        import torch

        sides = [gathered(side) for pairs in batches for side in (pairs.left, pairs.right)]
        touched, places = np.unique(np.concatenate([side.ids for side in sides]), return_inverse=True)
        numbers = torch.from_numpy(touched)
        rows = self.weights[numbers].requires_grad_(True)
        embedded: list[torch.Tensor] = []
        begun = 0
        for side in sides:
            own = places[begun : begun + len(side.ids)]
            embedded.append(_vectors(rows, own, side.starts[:-1]))
            begun += len(own)
        loss = torch.stack(
            [
                _loss(embedded[2 * n] @ embedded[2 * n + 1].T / temperature, torch.from_numpy(pairs.belongs))
                for n, pairs in enumerate(batches)
            ]
        ).mean()
        torch.autograd.backward(loss)
        if rows.grad is not None:
            self._adam(numbers, rows.grad, learning_rate)
        return float(loss.item())

    def _adam(self, numbers: torch.Tensor, gradient: torch.Tensor, learning_rate: float) -> None:
        """Kingma & Ba 2015, arXiv:1412.6980, with a row's own count of steps, as rows are met unevenly often."""
        steps = self._steps[numbers] + 1
        first = self._first[numbers].mul_(_DECAYS[0]).add_(gradient, alpha=1 - _DECAYS[0])
        second = self._second[numbers].mul_(_DECAYS[1]).addcmul_(gradient, gradient, value=1 - _DECAYS[1])
        self._steps[numbers], self._first[numbers], self._second[numbers] = steps, first, second
        spread = (second / (1 - _DECAYS[1] ** steps)).sqrt() + _TINY
        self.weights[numbers] -= learning_rate * (first / (1 - _DECAYS[0] ** steps)) / spread


def _vectors(rows: torch.Tensor, places: IntArray, starts: IntArray) -> torch.Tensor:
    import torch

    functional = torch.nn.functional
    summed = functional.embedding_bag(torch.from_numpy(places), rows, torch.from_numpy(starts.copy()), mode="sum")
    return functional.normalize(summed, dim=-1)


def _loss(similarity: torch.Tensor, belongs: torch.Tensor) -> torch.Tensor:
    """Return the mean loss of both directions; right texts that belong to nothing are only pushed away from."""
    answered = belongs.any(dim=0)
    return (_one_way(similarity, belongs) + _one_way(similarity[:, answered].T, belongs[:, answered].T)) / 2


def _one_way(similarity: torch.Tensor, belongs: torch.Tensor) -> torch.Tensor:
    import torch

    others = torch.logsumexp(similarity.masked_fill(belongs, -math.inf), dim=1, keepdim=True)
    each = torch.logaddexp(similarity, others) - similarity
    chosen = torch.where(belongs, each, torch.zeros_like(each))
    return (chosen.sum(dim=1) / belongs.sum(dim=1)).mean()
