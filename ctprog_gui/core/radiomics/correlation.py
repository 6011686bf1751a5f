"""The maximal correlation coefficient of a co-occurrence matrix (Haralick 1973, feature 14)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.radiomics.compiling import compiled

Floats = NDArray[np.float64]

# pyradiomics adds it to p(i) p(k), where it shows once a level has a few hundred-thousandths of the pairs.
_EPSILON = float(np.spacing(1.0))
_EVERY, _ENOUGH = 6, 1e-8


@compiled
def maximal_correlation(counts: NDArray[np.uint32], marginal: NDArray[np.int64], total: int) -> float:
    """Root of the second largest eigenvalue of Q, Q(i, j) = Σ_k p(i, k) p(j, k) / (p(i) p(k) + ε).

    A symmetrical p makes Q, but for ε, similar to the square of S, S(i, j) = p(i, j) / √(p(i) p(j)),
    whose largest eigenvalue is 1, of the vector √p. So the root sought is the largest absolute
    eigenvalue of S without that vector. What ε adds is taken to first order. A matrix of one level has
    the coefficient 1.

    Parameters
    ----------
    counts
        (n, n); its sum with its transpose is `total` times p.
    marginal
        (n,): `total` times p(i).
    """
    if marginal.size < 2:
        return 1.0
    used = np.flatnonzero(marginal)
    n = used.size
    root = np.sqrt(marginal[used] / total)
    scaled = np.empty((n, n))
    for i in range(n):
        for j in range(i + 1):
            weight = float(counts[used[i], used[j]]) + float(counts[used[j], used[i]])
            scaled[i, j] = weight / total / (root[i] * root[j]) - root[i] * root[j]
            scaled[j, i] = scaled[i, j]
    value, vector = largest_eigenvalue(scaled)
    if value == 0:
        return 0.0
    over = vector / (root * root)
    added = np.dot(over, np.dot(scaled, over)) + np.dot(over, root) ** 2
    return float(min(max(abs(value) - np.sign(value) * _EPSILON / 2 * added, 0.0), 1.0))


@compiled
def largest_eigenvalue(matrix: Floats) -> tuple[float, Floats]:
    """The eigenvalue of largest absolute value of a symmetrical matrix, and its vector.

    Lanczos (1950) with full reorthogonalisation: a few dozen products with the matrix in place of its
    whole decomposition. It ends where the residual is below 1e-8 of the value, whose error is then the
    square of that over the gap to the next.
    """
    n = len(matrix)
    basis = np.empty((n, n))
    diagonal, beside = np.zeros(n), np.zeros(n)
    # Any vector does that no structure of the matrix is orthogonal to: a fixed, irregular one.
    state = 12345
    for i in range(n):
        state = (1103515245 * state + 12345) % 2147483648
        basis[0, i] = state / 2147483648 - 0.5
    basis[0] /= np.sqrt(np.dot(basis[0], basis[0]))
    value, small = 0.0, np.zeros(1)
    size = 0
    for m in range(n):
        size = m + 1
        image = np.dot(matrix, basis[m])
        diagonal[m] = np.dot(image, basis[m])
        for _ in range(2):
            image -= np.dot(np.dot(basis[:size], image), basis[:size])
        beside[m] = np.sqrt(np.dot(image, image))
        ended = size == n or beside[m] < 1e-14
        if ended or (size >= 2 * _EVERY and size % _EVERY == 0):
            value = _largest_of_tridiagonal(diagonal[:size], beside[:size])
            small = _vector_of_tridiagonal(diagonal[:size], beside[:size], value)
            if ended or beside[m] * abs(small[m]) <= _ENOUGH * abs(value):
                break
        basis[m + 1] = image / beside[m]
    return value, np.dot(small, basis[:size])


@compiled
def _largest_of_tridiagonal(diagonal: Floats, beside: Floats) -> float:
    """Its eigenvalue of largest absolute value, by bisection on the number of those below."""
    bound = 0.0
    for n in range(diagonal.size):
        sides = beside[n] if n < diagonal.size - 1 else 0.0
        sides += beside[n - 1] if n else 0.0
        bound = max(bound, abs(diagonal[n]) + sides)
    if bound == 0:
        return 0.0
    best = 0.0
    for sign in (1.0, -1.0):
        low, high = 0.0, bound
        # Whether any eigenvalue of sign · T lies above the middle.
        for _ in range(60):
            middle = (low + high) / 2
            above = False
            pivot = 1.0
            for n in range(diagonal.size):
                square = beside[n - 1] ** 2 if n else 0.0
                pivot = middle - sign * diagonal[n] - square / pivot
                if pivot == 0:
                    pivot = 1e-300
                if pivot < 0:
                    above = True
                    break
            if above:
                low = middle
            else:
                high = middle
            if high - low <= 1e-15 * bound:
                break
        if high > abs(best):
            best = sign * high
    return best


@compiled
def _vector_of_tridiagonal(diagonal: Floats, beside: Floats, value: float) -> Floats:
    """Its eigenvector of an eigenvalue, by three steps of inverse iteration, with pivoting."""
    size = diagonal.size
    vector = np.ones(size)
    for n in range(size):
        vector[n] += 0.1 * (n % 3)
    for _ in range(3):
        main, upper, second = diagonal - value, np.zeros(size), np.zeros(size)
        upper[: size - 1] = beside[: size - 1]
        lower = upper.copy()
        for n in range(size - 1):
            if abs(lower[n]) > abs(main[n]):
                # The next row is the larger one: they change places.
                main[n], lower[n] = lower[n], main[n]
                upper[n], main[n + 1] = main[n + 1], upper[n]
                second[n], upper[n + 1] = upper[n + 1], 0.0
                vector[n], vector[n + 1] = vector[n + 1], vector[n]
            if main[n] == 0:
                main[n] = 1e-300
            factor = lower[n] / main[n]
            main[n + 1] -= factor * upper[n]
            upper[n + 1] -= factor * second[n]
            vector[n + 1] -= factor * vector[n]
        for n in range(size - 1, -1, -1):
            total = vector[n]
            if n + 1 < size:
                total -= upper[n] * vector[n + 1]
            if n + 2 < size:
                total -= second[n] * vector[n + 2]
            vector[n] = total / (main[n] if abs(main[n]) > 1e-300 else 1e-300)
        largest = np.abs(vector).max()
        vector /= largest
        vector /= np.sqrt(np.dot(vector, vector))
    return vector
