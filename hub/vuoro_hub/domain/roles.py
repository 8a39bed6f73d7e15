"""Table R: who may do what. A person may hold several roles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    ADVISOR = "advisor"
    GUIDE = "guide"
    GUARD = "guard"
    CLERK = "clerk"
    COORDINATOR = "coordinator"
    VIEWER = "viewer"
    """Service team and steering group: read all shared figures and change nothing."""


class Permission(StrEnum):
    """The acts of table R that the queue knows."""

    SEE_TODAY = "see-today"
    SEE_WAITING = "see-waiting"
    GIVE_NUMBER = "give-number"
    MOVE_TURN = "move-turn"
    RUN_QUEUE = "run-queue"
    """Order a queue, call, serve, mark missed, add the next turn."""
    TELL_CLERK = "tell-clerk"
    ANSWER_HELP = "answer-help"
    SEE_DEVICES = "see-devices"
    SEE_EVENTS = "see-events"


class Reach(StrEnum):
    ALL = "all"
    OWN = "own"


TABLE: Mapping[Permission, Mapping[Role, Reach]] = {
    Permission.SEE_TODAY: dict.fromkeys(Role, Reach.ALL),
    Permission.SEE_WAITING: {Role.ADVISOR: Reach.ALL, Role.GUIDE: Reach.OWN, Role.CLERK: Reach.OWN},
    Permission.GIVE_NUMBER: {Role.ADVISOR: Reach.ALL, Role.GUIDE: Reach.ALL, Role.CLERK: Reach.OWN},
    Permission.MOVE_TURN: {Role.ADVISOR: Reach.ALL, Role.GUIDE: Reach.OWN, Role.CLERK: Reach.OWN},
    Permission.RUN_QUEUE: {Role.CLERK: Reach.OWN},
    Permission.TELL_CLERK: {Role.ADVISOR: Reach.ALL, Role.GUIDE: Reach.OWN},
    Permission.ANSWER_HELP: {Role.ADVISOR: Reach.ALL, Role.GUIDE: Reach.OWN},
    Permission.SEE_DEVICES: dict.fromkeys(
        (Role.ADVISOR, Role.GUIDE, Role.GUARD, Role.CLERK, Role.COORDINATOR), Reach.ALL
    ),
    Permission.SEE_EVENTS: {Role.COORDINATOR: Reach.ALL},
}


@dataclass(frozen=True)
class Grant:
    """One role of a person; clerks and guides hold it for an authority."""

    role: Role
    authority: str | None = None


@dataclass(frozen=True)
class Person:
    """Somebody of the staff, as far as rights go."""

    name: str
    grants: tuple[Grant, ...]

    def may(self, permission: Permission, authority: str | None = None) -> bool:
        """Whether this person may do an act about an authority. None asks about an act that belongs to no authority."""
        return any(self._reaches(grant, permission, authority) for grant in self.grants)

    def authorities(self, permission: Permission) -> frozenset[str] | None:
        """The authorities an act reaches for this person; None means all."""
        row = TABLE[permission]
        if any(row.get(grant.role) is Reach.ALL for grant in self.grants):
            return None
        return frozenset(grant.authority for grant in self.grants if row.get(grant.role) and grant.authority)

    def holds(self, role: Role) -> bool:
        return any(grant.role is role for grant in self.grants)

    @staticmethod
    def _reaches(grant: Grant, permission: Permission, authority: str | None) -> bool:
        reach = TABLE[permission].get(grant.role)
        return reach is Reach.ALL or (
            reach is Reach.OWN and grant.authority is not None and grant.authority == authority
        )
