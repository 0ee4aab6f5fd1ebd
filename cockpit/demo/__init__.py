"""The demonstration cities that come with the package, and what makes their records."""

from cockpit.demo.demonstration import DEMONSTRATIONS, Demonstration, demonstration

__all__ = ["DEMONSTRATIONS", "Demonstration", "demonstration"]
