"""Where pushed objects wait: pushes that begin and end at the same time do not see each other."""

from __future__ import annotations

import threading

from dulwich.repo import Repo

from canopy.git.quarantine import quarantine, sweep


def test_sweeping_while_other_pushes_end(tmp_path):
    """A quarantine that goes while somebody looks for forgotten ones is no error, and leaves nothing."""
    repository = tmp_path / "notes.git"
    ended = threading.Event()

    def push() -> None:
        with Repo.init_bare(str(repository), mkdir=True) as repo:
            ready.set()
            for _ in range(400):
                with quarantine(repository, repo.object_store):
                    pass
        ended.set()

    ready = threading.Event()
    other = threading.Thread(target=push)
    other.start()
    ready.wait(30)
    while not ended.is_set():
        sweep(repository)
    other.join()
    assert not list((repository / "objects").glob("tmp_*"))


def test_a_quarantine_in_use_is_not_swept(tmp_path):
    """Only what nobody holds any more is removed."""
    repository = tmp_path / "notes.git"
    with Repo.init_bare(str(repository), mkdir=True) as repo:
        forgotten = repository / "objects" / "tmp_canopy_forgotten"
        forgotten.mkdir()
        with quarantine(repository, repo.object_store) as place:
            sweep(repository)
            assert place.packs.is_dir()
            assert not forgotten.exists()
