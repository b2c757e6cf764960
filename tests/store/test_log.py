"""The change log: numbers in commit order, each change once."""

from crmsync.store import Store


def test_a_change_is_seen_once_behind_the_watermark(store: Store) -> None:
    with store.work() as work:
        work.log_records("raw", [7, 8, 7])
    with store.work() as work:
        seen = work.changes("normalize", ["raw"], 10)
        assert [change.record_id for change in seen] == [7, 8]
        work.advance("normalize", seen[-1].seq)
    with store.read() as work:
        assert not work.changes("normalize", ["raw"], 10)
