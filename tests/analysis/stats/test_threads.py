from threadpoolctl import threadpool_info

from analysis.stats.threads import on_one_thread


def threads() -> list[int]:
    return [one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"]


def test_linear_algebra_is_kept_to_one_thread_and_given_back():
    before = threads()
    assert set(on_one_thread(threads)()) == {1}
    assert threads() == before
