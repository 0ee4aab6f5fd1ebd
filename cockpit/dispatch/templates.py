"""Words prepared for messages to many: the shape of messages/*.yaml."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final

from pydantic import Field, ValidationError

from cockpit.city_files import CityFiles
from cockpit.dispatch.plans import Words, filled
from cockpit.dispatch.step import ANYBODY
from slots.problem import DocumentError, Problem, nearest, problems_of
from slots.slot import Model, Name

_BRACES: Final = re.compile(r"\{([^{}]*)\}")
_GIVEN: Final = ("number", "title", "address", "region")
"""What an incident fills in by itself."""
# What stands in for a required key that is wrong, so that the rest of the file can be checked.
_TEMPLATE: Final = MappingProxyType({"template": "unread", "title": {"en": "?"}, "text": {"en": "?"}})


class Template(Model):
    """One file of messages/. `{name}` in the text is filled in; `to`: groups, posts and kinds of units."""

    template: Name
    title: Words
    text: Words
    to: tuple[Annotated[str, Field(min_length=1, max_length=60)], ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """What stands in braces, in the order it is first met, in any language."""
        return tuple(dict.fromkeys(name for text in self.text.values() for name in _BRACES.findall(text)))

    @property
    def asked(self) -> tuple[str, ...]:
        """What whoever sends it has to say: all but what an incident says itself."""
        return tuple(name for name in self.fields if name not in _GIVEN)

    @property
    def given(self) -> tuple[str, ...]:
        """What an incident says; without one it has to be said as well."""
        return tuple(name for name in self.fields if name in _GIVEN)

    def words(self, language: str, values: Mapping[str, str]) -> str:
        """The text with everything filled in once. Raises KeyError with the first name that has no value."""
        for name in self.fields:
            if not str(values.get(name, "")).strip():
                raise KeyError(name)
        return filled(self.text, language, values)


def parse_template(document: Any, names: Collection[str]) -> Template:
    """The template a YAML document describes; `names`: the roster's groups, posts and kinds of units.

    Raises DocumentError with every mistake and its path.
    """
    try:
        template = Template.model_validate(document)
    except ValidationError as error:
        raise DocumentError(problems_of(error, Template)) from None
    allowed = sorted({*ANYBODY, *names})
    wrong = [(place, name) for place, name in enumerate(template.to) if name not in allowed]
    unknown = "there is no group, post or kind of unit {!r}; there are: {}.{}"
    problems = [Problem(("to", place), unknown.format(name, ", ".join(allowed), nearest(name, allowed))) for place, name in wrong]
    if problems:
        raise DocumentError(problems)
    return template


def city_templates(files: CityFiles, names: Collection[str]) -> Mapping[str, Template]:
    """The templates of messages/ by name; what is wrong with them is noted. Blocks."""
    found: dict[str, Template] = {}
    for file, document in files.documents("messages"):
        template = files.parse(file, document, lambda values: parse_template(values, names), _TEMPLATE)
        if template and file.stem != template.template:
            reason = f"{template.template!r} stands in {file.name}; the file must be named {template.template}.yaml"
            files.note_at(file, document, Problem(("template",), reason))
        if template:
            found[template.template] = template
    return found
