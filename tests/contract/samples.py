"""Requests made from the OpenAPI document: bodies that fit a schema, and the same with one thing wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, cast

Json = dict[str, Any]

UNKNOWN: Final = "0199ffff-ffff-7fff-bfff-ffffffffffff"
"""An id that nothing has."""

HOSTILE: Final[tuple[Any, ...]] = (
    *("a\x00b", "я" * 20_000, "", "\u202e\ufeff", "9" * 400),
    *(10**30, -(10**18), 1e308, -0.001, [], {}),
)
"""Values that break careless code."""

BY_NAME: Final[dict[str, Any]] = {
    "phone": "+996700123456",
    "login": "+996700123456",
    "email": "sample@example.kg",
    "currency": "KGS",
    "sku": "SKU-SAMPLE",
    "barcode": None,
    "account_number": "1180000123456789",
    "timestamp": "2026-11-20T06:00:00Z",
    "lat": 42.87,
    "lon": 74.59,
    "rate": "1.5",
    "slug": "sample",
    "receipt_number": "S-1",
    "price": {"amount": 15000, "currency": "KGS"},
}


@dataclass(frozen=True)
class Operation:
    """One route of the document."""

    method: str
    path: str
    document: Json
    spec: Json
    body_media: str | None = None
    body_schema: Json = field(default_factory=dict[str, Any])

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def path_ids(self) -> list[str]:
        """Names of the parameters in the path that are ids."""
        uuids = [p for p in self._parameters() if p["in"] == "path" and p["schema"].get("format") == "uuid"]
        return [p["name"] for p in uuids]

    def queries(self) -> list[Json]:
        """Its query parameters."""
        return [p for p in self._parameters() if p["in"] == "query"]

    def _parameters(self) -> list[Json]:
        return [self.resolve(p) for p in self.spec.get("parameters", [])]

    def resolve(self, schema: Json) -> Json:
        """A schema without references at its top."""
        while "$ref" in schema:
            name = str(schema["$ref"]).rsplit("/", 1)[1]
            schema = self.document["components"]["schemas"][name]
        return schema

    def url(self, ids: dict[str, str]) -> str:
        """The path with these ids; a name that is not among them gets what fits: an id that is unknown."""
        path = self.path
        for parameter in self._parameters():
            if parameter["in"] == "path":
                path = path.replace("{" + parameter["name"] + "}", str(self._named(parameter, ids)))
        return path

    def needed_query(self, ids: dict[str, str]) -> dict[str, str]:
        """The query parameters that must be there."""
        return {p["name"]: str(self._named(p, ids)) for p in self.queries() if p.get("required")}

    def _named(self, parameter: Json, ids: dict[str, str]) -> Any:
        return ids.get(parameter["name"]) or self.sample(parameter["schema"], parameter["name"])

    def body(self) -> Any:
        """A body that fits the schema, with what must be there only."""
        return self.sample(self.body_schema, "")

    def sample(self, schema: Json, name: str) -> Any:
        """A value that fits a schema."""
        schema = self.resolve(schema)
        if name in BY_NAME:
            return BY_NAME[name]
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return next(value for value in schema["enum"] if value is not None)
        for several in ("oneOf", "anyOf", "allOf"):
            if several in schema:
                options = [self.resolve(option) for option in schema[several]]
                return self.sample(next(o for o in options if o.get("type") != "null"), name)
        kind = schema.get("type", "object")
        if isinstance(kind, list):
            kind = next(k for k in cast("list[str]", kind) if k != "null")
        return self._of_kind(str(kind), schema, name)

    def _of_kind(self, kind: str, schema: Json, name: str) -> Any:
        if kind == "object":
            wanted = schema.get("required", [])
            properties = schema.get("properties", {})
            return {key: self.sample(properties[key], key) for key in wanted if key in properties}
        if kind == "array":
            return [self.sample(schema.get("items", {"type": "string"}), name.removesuffix("s"))]
        if kind == "string":
            by_format = {"uuid": UNKNOWN, "date-time": "2026-11-20T06:00:00Z", "date": "2026-11-20"}
            text = by_format.get(schema.get("format", ""), "образец")
            return text.ljust(schema.get("minLength", 0), "x")
        return {"integer": max(1, schema.get("minimum", 1)), "number": 1, "boolean": True}.get(kind)

    def wrong_bodies(self) -> Iterator[Any]:
        """Bodies that cannot be meant: of another type, and with one field of another type each."""
        yield from ([1, 2], "text", 7, None)
        schema = self.resolve(self.body_schema)
        properties = cast("dict[str, Json]", schema.get("properties", {}))
        for name, of in properties.items():
            yield {**self.body(), name: self._wrong(of)}

    def _wrong(self, schema: Json) -> Any:
        """A value of a type that the schema does not allow; nested so that nothing takes it for one of its own."""
        schema = self.resolve(schema)
        options = [self.resolve(o) for key in ("oneOf", "anyOf") for o in schema.get(key, [])] or [schema]
        kinds = {str(k) for o in options for k in (o["type"] if isinstance(o.get("type"), list) else [o.get("type")])}
        return "не то" if kinds <= {"object", "array", "None", "null"} else {"не": {"то": []}}

    def hostile_bodies(self) -> Iterator[Any]:
        """Bodies of the right types with values that break careless code."""
        properties = cast("dict[str, Json]", self.resolve(self.body_schema).get("properties", {}))
        for name in properties:
            for value in HOSTILE:
                yield {**self.body(), name: value}


def operations(document: Json) -> list[Operation]:
    """Every route of an OpenAPI document."""
    found: list[Operation] = []
    for path, methods in cast("dict[str, Json]", document["paths"]).items():
        for method, spec in methods.items():
            if method not in {"get", "post", "put", "patch", "delete"}:
                continue
            content = cast("dict[str, Json]", spec.get("requestBody", {}).get("content", {}))
            media = next(iter(content), None)
            schema: Json = content[media]["schema"] if media else {}
            found.append(Operation(method.upper(), path, document, spec, media, schema))
    return found
