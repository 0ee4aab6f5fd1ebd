"""The duty desk: one page beside the boards, for whoever receives, dispatches and closes incidents."""

from cockpit.duty.page import DutyPage

__all__ = ["DutyPage"]
