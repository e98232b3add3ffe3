"""The errors of Canopy.

    CanopyError
    ├── ConfigError              a wrong setting; the command exits with 2
    ├── SyncError                a synchronisation failed; the last good edition stays
    │   ├── RemoteUnavailable    no answer, or a broken one; tried again with back-off
    │   ├── AuthenticationFailed the remote refuses the credentials or the host key differs
    │   ├── RefNotFound          the branch is not (or no longer) there
    │   ├── LimitExceeded        more bytes, objects, entries or time than allowed
    │   └── SignatureRejected    the commit is not signed by a listed key
    ├── ThemeError               a template that does not load
    ├── WebhookRejected          a webhook request that is not to be believed
    └── PushRejected             a push that is not accepted; the text reaches the pusher

Library exceptions are translated at the door of the room that uses the library, with `from exc`.
A message never contains a credential: it may be shown on a page and written to a log.
"""

from __future__ import annotations


class CanopyError(Exception):
    """Something that Canopy foresaw; the message is meant for a person and says what to do."""


class ConfigError(CanopyError):
    """One or more settings are wrong."""


class SyncError(CanopyError):
    """A synchronisation failed."""


class RemoteUnavailable(SyncError):
    """The remote did not answer, or not with a git repository."""


class AuthenticationFailed(SyncError):
    """The remote refused the credentials, or is not the host that was pinned."""


class RefNotFound(SyncError):
    """The remote has no such branch, or no branch at all."""


class LimitExceeded(SyncError):
    """The repository asks for more bytes, objects, entries or time than the settings allow."""


class SignatureRejected(SyncError):
    """The commit is not signed by a key that may publish."""


class ThemeError(CanopyError):
    """A template or asset of a theme does not load."""


class WebhookRejected(CanopyError):
    """A webhook request is not signed, too large or malformed."""


class PushRejected(CanopyError):
    """A push is refused; the message is what the pusher reads."""
