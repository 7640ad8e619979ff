"""Exact nearest neighbours: our index against brute force and, where installed, other libraries.

    python benchmarks/neighbours.py [--queries 200]

106,574 songs (the size of FMA's full set) in a genre space of 3 dimensions, where a certain network
puts many songs on one point; 1,000,000 in 16; and 106,574 in the dimension of the network's
embedding. Every contender answers the same queries in turn, in one process with one thread, and its
median time is printed as a ratio to NumPy's brute force in the same run. Faiss, hnswlib and
scikit-learn come with `uv pip install -r pyproject.toml --extra bench`. Recall counts an answer as
right when its distance is no longer than that of the true tenth neighbour, so ties are nobody's
fault; "stable" says whether the ids are those of sorting by (distance, id).
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from recommender.engine.genre_space import Doubles, GenreSpace, distances_to

K = 10
Search = Callable[[Doubles], Any]


def crowded(n: int) -> Doubles:
    """Probabilities of three genres: thirds in the corners, on few points, and free."""
    rng = np.random.default_rng(0)
    corners = np.eye(3)[rng.integers(0, 3, n // 3)]
    few = rng.dirichlet([0.3] * 3, 50)[rng.integers(0, 50, n // 3)]
    free = rng.dirichlet([0.3] * 3, n - 2 * (n // 3))
    return rng.permutation(np.concatenate([corners, few, free]))


def certain(n: int) -> Doubles:
    """Probabilities of sixteen genres by a network that mostly knows its mind."""
    return np.random.default_rng(1).dirichlet([0.1] * 16, n)


def embedded(n: int) -> Doubles:
    """Like the shipped embedding: principal components, each with less variance than the last."""
    from recommender.engine.cnn import read_card

    dimension = read_card()["shape"]["embedding"]
    scales = 1.0 / np.sqrt(np.arange(1, dimension + 1))
    return np.random.default_rng(4).normal(size=(n, dimension)) * scales


def brute_force(points: Doubles) -> Search:
    def search(query: Doubles) -> Any:
        distances = distances_to(points, query)
        near = np.argpartition(distances, K)[:K]
        return near[np.argsort(distances[near])]

    return search


def ours(points: Doubles) -> Search:
    space = GenreSpace(np.arange(len(points)), points)
    return lambda query: space.nearest(query, K)[0]


def scikit_learn(points: Doubles, algorithm: str) -> Search:
    from sklearn.neighbors import NearestNeighbors

    index = NearestNeighbors(n_neighbors=K, algorithm=algorithm).fit(points)
    return lambda query: index.kneighbors(query[None], return_distance=False)[0]


def faiss_flat(points: Doubles) -> Search:
    import faiss

    faiss.omp_set_num_threads(1)
    index = faiss.IndexFlatL2(points.shape[1])
    index.add(points.astype(np.float32))
    return lambda query: index.search(query[None].astype(np.float32), K)[1][0]


def hnsw(points: Doubles) -> Search:
    import hnswlib

    index = hnswlib.Index("l2", points.shape[1])
    index.init_index(len(points), ef_construction=100, M=16)
    index.set_num_threads(1)
    index.add_items(points.astype(np.float32))
    index.set_ef(50)
    return lambda query: index.knn_query(query[None].astype(np.float32), K)[0][0]


CONTENDERS: dict[str, Callable[[Doubles], Search]] = {
    "NumPy brute force": brute_force,
    "GenreSpace (ours)": ours,
    "scikit-learn kd_tree": lambda points: scikit_learn(points, "kd_tree"),
    "scikit-learn brute": lambda points: scikit_learn(points, "brute"),
    "faiss Flat": faiss_flat,
    "hnswlib (approximate)": hnsw,
}


def built(points: Doubles) -> Iterator[tuple[str, Search, float]]:
    for name, build in CONTENDERS.items():
        start = time.perf_counter()
        try:
            yield name, build(points), time.perf_counter() - start
        except ImportError:
            print(f"  {name}: not installed")


def compare(title: str, points: Doubles, n_queries: int) -> None:
    print(f"{title}: {len(points):,} × {points.shape[1]}, {n_queries} queries, {K} neighbours")
    queries = points[np.random.default_rng(2).integers(0, len(points), n_queries)]
    times: dict[str, list[float]] = {}
    right: dict[str, int] = {}
    stable: dict[str, bool] = {}
    searches = list(built(points))
    for query in queries:
        exact = distances_to(points, query)
        kept = np.partition(exact, K - 1)[K - 1]
        among = np.flatnonzero(exact <= kept)
        expected = among[np.lexsort((among, exact[among]))][:K]
        for name, search, _ in searches:
            start = time.perf_counter()
            found = np.asarray(search(query))
            times.setdefault(name, []).append(time.perf_counter() - start)
            right[name] = right.get(name, 0) + int((exact[found] <= kept).sum())
            stable[name] = stable.get(name, True) and np.array_equal(found, expected)
    base = statistics.median(times["NumPy brute force"])
    for name, _, seconds in searches:
        median = statistics.median(times[name])
        print(
            f"  {name:22} {base / median:7.2f}× brute force ({1000 * median:8.3f} ms), recall "
            f"{right[name] / (K * n_queries):.3f}, {'stable' if stable[name] else 'not stable'}, "
            f"built in {seconds:.2f} s"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--queries", type=int, default=200)
    n = parser.parse_args().queries
    compare("genre space, crowded", crowded(106_574), n)
    compare("sixteen genres", certain(1_000_000), max(1, n // 5))
    compare("embedding", embedded(106_574), max(1, n // 5))
    compare(
        "Gaussian, which no genre space is: the worst case",
        np.random.default_rng(3).normal(size=(1_000_000, 16)),
        max(1, n // 5),
    )


if __name__ == "__main__":
    main()
