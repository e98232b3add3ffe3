"""How alike two files are, and which of many are worth comparing."""

from __future__ import annotations

from dulwich.object_store import MemoryObjectStore
from dulwich.objects import Blob
from hypothesis import given
from hypothesis import strategies as st

from canopy.git.similarity import HALF, Similarity

LINE = st.sampled_from(
    ["\n", "---\n", "common\n", "a\n", "b\n", "a long line that counts for much\n", "é", "x"]
)
TEXT = st.lists(LINE, max_size=12).map("".join)


@given(TEXT, st.lists(TEXT, max_size=8))
def test_nobody_who_is_half_the_same_is_left_out(new: str, olds: list[str]) -> None:
    """Who is not among the candidates is less than half the same."""
    store = MemoryObjectStore()
    blobs = [Blob.from_string(text.encode()) for text in (new, *olds)]
    for blob in blobs:
        store.add_object(blob)
    similarity = Similarity(store)
    ids = {blob.id for blob in blobs[1:]}
    alike = similarity.alike(blobs[0].id, ids)
    assert alike <= ids
    for blob_id in ids - alike:
        assert similarity.of(blob_id, blobs[0].id) < HALF


def test_what_shares_only_what_all_share_is_not_compared() -> None:
    """Thousands of notes have the lines of a header in common."""
    store = MemoryObjectStore()
    texts = [
        f"---\nlayout: post\n---\nWhat only number {number} of them has to say.\n" for number in range(50)
    ]
    blobs = [Blob.from_string(text.encode()) for text in texts]
    for blob in blobs:
        store.add_object(blob)
    found = Similarity(store).alike(blobs[7].id, {blob.id for blob in blobs})
    assert found == {blobs[7].id}
