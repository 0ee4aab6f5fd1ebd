"""Why the toolbox does not do something. Nothing of it took effect."""

from __future__ import annotations

from collections.abc import Sequence


class Refused(Exception):
    """Anything the toolbox refuses.

    Refused
    ├── Unknown     there is no such incident, order or verb
    ├── Wrong       what was said with it is wrong
    ├── Forbidden   it is not this actor's business
    ├── Illegal     it cannot be done now; `verbs` can
    ├── KeyReused   the idempotency key was used for something else
    └── KeyRunning  what was asked with this key is still being done
    """


class Unknown(Refused):
    """There is no such incident, order or verb."""


class Wrong(Refused):
    """What was said with it is wrong."""


class Forbidden(Refused):
    """It is not this actor's business."""


class Illegal(Refused):
    """It cannot be done now by this actor; `verbs` can."""

    def __init__(self, message: str, verbs: Sequence[str]) -> None:
        super().__init__(message)
        self.verbs = tuple(verbs)


class KeyReused(Refused):
    """The idempotency key was used for something else."""


class KeyRunning(Refused):
    """What was asked with this key is still being done."""
