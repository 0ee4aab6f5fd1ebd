"""`/api/v1/roster`: who is on duty; a new address book and roster, looked at before it counts, and taken back."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Annotated, Any, Final

import msgspec
from fastapi import Query, Request, Response
from msgspec import Meta

from cockpit.api.acting import Acting, described
from cockpit.api.answer import Refusal, calls, check_origin
from cockpit.api.body import read_body
from cockpit.city_files import ROSTER_FILES
from cockpit.dispatch.actor import Actor, Role
from cockpit.dispatch.audit import ROSTER
from cockpit.dispatch.refusal import Forbidden, Illegal, Unknown
from cockpit.dispatch.roster import Roster
from cockpit.dispatch.roster_files import BYTES_MAX
from cockpit.dispatch.roster_import import Preview, RosterImport, tables_of
from cockpit.dispatch.said import read
from cockpit.dispatch.toolbox import Work
from cockpit.dispatch.writing import Writing
from cockpit.parts import Parts

MAY: Final = frozenset({Role.CHIEF, Role.ADMINISTRATOR})
_DRAFTS: Final = 4
_LISTED: Final = 50
_PROBLEMS: Final = 200


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said with a verb."""

    draft: Annotated[str, Meta(max_length=64)] = ""


class RosterBook:
    """The calls on the roster. They block on the disk and the database: in threads. The last four drafts are remembered."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._acting = Acting(parts)
        self._drafts: OrderedDict[str, Mapping[str, bytes]] = OrderedDict()
        self._lock = threading.Lock()
        self.router = calls(prefix="/api/v1/roster", tags=["roster"])
        self.router.add_api_route("", self.stands, methods=["GET"])
        body: dict[str, Any] = {
            "requestBody": {
                "required": True,
                "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
            }
        }
        self.router.add_api_route("/drafts", self.look, methods=["POST"], openapi_extra=body)
        shape = {"type": "object", "properties": {"draft": {"type": "string"}}}
        self.router.add_api_route("/{verb}", self.act, methods=["POST"], openapi_extra=described(shape))

    async def stands(self, request: Request) -> Response:
        """How many people, units and shifts there are, who is on duty now, and whether the last change can be taken back."""
        actor = self._acting.actor(request)
        return await self._acting.get(lambda: self._shown(actor))

    async def look(
        self,
        request: Request,
        name: Annotated[str, Query(max_length=200, description="the file's name: people.csv, units.csv, duty.csv, or any .xlsx")],
        draft: Annotated[str, Query(max_length=64, description="the draft this file is added to")] = "",
    ) -> Response:
        """What a CSV file or a workbook would change, and every mistake in it. Nothing counts before it is applied."""
        check_origin(request)
        actor = self._acting.actor(request)
        raw = await read_body(request, BYTES_MAX, "bytes", "send people, units and duty one by one")

        def looked() -> dict[str, Any]:
            self._check(actor)
            try:
                given = {**self._drafts.get(draft, {}), **tables_of(name, raw)}
            except ValueError as error:
                raise Refusal(422, str(error), f"the files are {', '.join(ROSTER_FILES)}") from None
            return self._kept(given) | _told(self._import.preview(given))

        return await self._acting.get(looked)

    async def act(self, verb: str, request: Request) -> Response:
        """apply (a draft), undo (the last change): the roster as it then stands. It counts at once, and stands in the journal."""

        def work(body: bytes, actor: Actor) -> Work:
            said: Said = read(body or b"{}", Said, "roster")

            def do(writing: Writing) -> tuple[int, bytes]:
                self._check(actor)
                self._parts.city.roster.become(self._done(verb, said.draft, writing, actor))
                return 200, msgspec.json.encode(self._shown(actor))

            return do

        return await self._acting.post(request, work)

    def _done(self, verb: str, draft: str, writing: Writing, actor: Actor) -> Roster:
        """The row of the journal first: where the files cannot be written it goes with the transaction."""
        if verb == "undo":
            if self._import.kept_at() is None:
                raise Illegal("there is no change of the roster to be taken back", [])
            writing.append(actor, ROSTER, "", "undo-roster", {})
            return self._written(self._import.undo)
        if verb != "apply":
            raise Unknown(f"there is no verb {verb!r:.40} for the roster; there are: apply, undo")
        given = self._drafts.get(draft)
        if given is None:
            raise Unknown("this draft is not known any more. Hint: send the files again")
        preview = self._import.preview(given)
        if preview.problems:
            raise Illegal(f"it has {len(preview.problems)} mistakes; the first: {preview.problems[0].message}", [])
        sums = {one.file: [len(one.added), len(one.changed), len(one.removed)] for one in preview.changes}
        writing.append(actor, ROSTER, "", "import-roster", {"draft": draft, "files": sums})
        return self._written(lambda: self._import.apply(given))

    def _written(self, act: Any) -> Roster:
        try:
            found: Roster = act()
        except OSError as error:
            raise Refusal(
                503, f"the city's folder cannot be written: {error.strerror}", "put the files into roster/ there"
            ) from None
        return found

    def _kept(self, given: Mapping[str, bytes]) -> dict[str, Any]:
        digest = blake2b(b"".join(name.encode() + content for name, content in sorted(given.items())), digest_size=16).hexdigest()
        with self._lock:
            self._drafts[digest] = given
            while len(self._drafts) > _DRAFTS:
                self._drafts.popitem(last=False)
        return {"draft": digest}

    def _shown(self, actor: Actor) -> dict[str, Any]:
        roster, now = self._parts.city.roster, self._parts.clock()
        people = [
            {"id": one.id, "name": one.name, "role": one.role, "unit": one.unit, "phone": one.phone}
            for one in roster.people_on_duty(now)
        ]
        return {
            "people": len(roster.people), "units": len(roster.units), "shifts": len(roster.shifts), "on_duty": people,
            "units_on_duty": [one.id for one in roster.units_at(now) if one.on_duty],
            "undo": self._import.kept_at(), "verbs": ["apply", "undo"] if actor.role in MAY else [],
        }  # fmt: skip

    def _check(self, actor: Actor) -> None:
        if actor.role not in MAY or actor.region is not None:
            raise Forbidden("the roster is changed by a chief or an administrator of the whole city")

    @property
    def _import(self) -> RosterImport:
        files, city = self._acting.toolbox.files, self._parts.city
        if files is None:
            raise Refusal(503, "this process keeps no files")
        return RosterImport(city.folder / "roster", files.folder.parent / "roster.former", city.zone, set(city.regions.codes))


def _told(preview: Preview) -> dict[str, Any]:
    """The first fifty of each, and how many there are."""

    def some(keys: Sequence[str]) -> dict[str, Any]:
        return {"count": len(keys), "first": sorted(keys)[:_LISTED]}

    return {
        "files": [
            {
                "file": one.file, "rows": one.rows, "added": some(one.added), "changed": some(one.changed),
                "removed": some(one.removed),
            }
            for one in preview.changes
        ],
        "problems": [{"file": one.file, "line": one.line, "message": one.message} for one in preview.problems[:_PROBLEMS]],
        "mistakes": len(preview.problems),
    }  # fmt: skip
