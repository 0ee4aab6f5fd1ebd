"""The pages that are held in a hand: a unit in the field answers its orders, a leader looks and asks for one."""

from cockpit.handheld.page import HandheldPages

__all__ = ["HandheldPages"]
