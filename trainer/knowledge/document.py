"""YAML files that may come from anywhere: read into plain values, with the line of everything in them.

Refused, each with its line: aliases and anchors (a small file can unfold into gigabytes), tags, repeated keys, keys
that are not text, numbers that are not plain decimals, and files over the limits below. The limits hold the time that
any file can take to about a second; Atoll's own largest has 42 kB and 4,000 nodes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

import yaml
from pydantic import BaseModel, ValidationError

from trainer.core.error import BadFiles, Fault
from trainer.core.storage import read_bounded

MAX_BYTES = 200_000
MAX_DEPTH = 24
MAX_NODES = 20_000

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)?(\.[0-9]*)?([eE][-+]?[0-9]+)?")  # YAML 1.1 takes 012 for 10, 1:30 for 90
_PLAIN_TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null", "map", "seq")}
_TIMESTAMP = "tag:yaml.org,2002:timestamp"
M = TypeVar("M", bound=BaseModel)
Where = tuple[str | int, ...]


@dataclass
class Document:
    """A YAML file as plain values.

    Parameters
    ----------
    path : Path
    value : Any
        Dictionaries, lists and scalars.
    lines : dict
        Line, from 1, of the value at each path of keys and indices.
    """

    path: Path
    value: Any
    lines: dict[Where, int] = field(default_factory=dict)

    def line(self, where: Where) -> int:
        """Return the line of ``where`` or, where it is missing, of the nearest thing that holds it."""
        while where and where not in self.lines:
            where = where[:-1]
        return self.lines.get(where, 1)

    def fault(self, where: Where, message: str) -> Fault:
        """Return a fault at ``where``."""
        name = ".".join(str(part) for part in where)
        return Fault(self.path, self.line(where), f"{name}: {message}" if name else message)


class _Builder:
    """Turns a node graph into values, noting lines and faults."""

    def __init__(self, path: Path) -> None:
        self.document = Document(path, None)
        self.faults: list[Fault] = []
        self._seen: set[int] = set()
        self._loader = _Loader("")

    def build(self, node: yaml.Node, where: Where = ()) -> Any:
        self.document.lines[where] = node.start_mark.line + 1
        if id(node) in self._seen:
            self.faults.append(self.document.fault(where, "an alias; write the value out"))
            return None
        self._seen.add(id(node))
        if node.tag not in _PLAIN_TAGS and not (isinstance(node, yaml.ScalarNode) and node.tag == _TIMESTAMP):
            self.faults.append(self.document.fault(where, f"the tag {node.tag} is not allowed"))
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, where)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*where, i)) for i, item in enumerate(node.value)]
        if node.tag == _TIMESTAMP:
            return node.value
        if node.tag.endswith((":int", ":float")) and not _DECIMAL.fullmatch(node.value):
            self.faults.append(
                self.document.fault(where, f"{node.value} is no plain decimal number; quote it if it is text")
            )
            return None
        return self._loader.construct_object(node)

    def _mapping(self, node: yaml.MappingNode, where: Where) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value
            if not isinstance(key, str) or key_node.tag not in _PLAIN_TAGS | {_TIMESTAMP}:
                self.faults.append(self.document.fault(where, "a key must be a word"))
                continue
            if key in found:
                line = key_node.start_mark.line + 1
                self.faults.append(Fault(self.document.path, line, f"{key}: the key is there twice"))
            found[key] = self.build(value_node, (*where, key))
        return found


def _check_shape(path: Path, text: str) -> None:
    """Refuse what is too deep or too much, or unfolds, before the graph of nodes is built."""
    depth = nodes = 0
    for event in yaml.parse(text, Loader=_Loader):
        line = cast("Any", event.start_mark).line + 1
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        nodes += isinstance(event, yaml.NodeEvent)
        if depth > MAX_DEPTH:
            raise BadFiles([Fault(path, line, f"nested deeper than {MAX_DEPTH} levels")])
        if nodes > MAX_NODES:
            raise BadFiles([Fault(path, line, f"more than {MAX_NODES} values; no such file has as many")])
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise BadFiles([Fault(path, line, "aliases and anchors are not allowed; write the value out")])


def read_document(path: Path) -> Document:
    """Return the one YAML document of a file.

    Raises
    ------
    BadFiles
        With every fault, each with its line.
    """
    return document_of(read_bounded(path, MAX_BYTES), path)


def document_of(raw: bytes, path: Path) -> Document:
    """Return the one YAML document in bytes that were read from ``path``.

    Raises
    ------
    BadFiles
        As `read_document`.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise BadFiles([Fault(path, line, "not UTF-8 text")]) from error
    builder = _Builder(path)
    try:
        _check_shape(path, text)
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = cast("Any", error.problem_mark or error.context_mark)
        raise BadFiles([Fault(path, mark.line + 1 if mark else 1, f"not YAML: {error.problem}")]) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise BadFiles([Fault(path, 1, f"not YAML: {str(error).splitlines()[0]}")]) from error
    if node is None:
        raise BadFiles([Fault(path, 1, "empty")])
    try:
        builder.document.value = builder.build(node)
    except (ValueError, RecursionError) as error:
        builder.faults.append(Fault(path, 1, f"a value cannot be read: {error}"))
    if builder.faults:
        raise BadFiles(builder.faults)
    return builder.document


def parse(model: type[M], document: Document) -> M:
    """Return ``document`` as ``model``.

    Raises
    ------
    BadFiles
        With every fault that the model finds, each with its line.
    """
    try:
        return model.model_validate(document.value)
    except ValidationError as error:
        raise BadFiles([fault_of(document, dict(item)) for item in error.errors()]) from error


def fault_of(document: Document, item: dict[str, Any], within: Where = ()) -> Fault:
    """Return what pydantic says about one value of a document (below ``within``) as a fault with its line."""
    where: Where = (*within, *item["loc"])
    message = {
        "extra_forbidden": "unknown key",
        "missing": "missing",
    }.get(item["type"], str(item["msg"]).removeprefix("Value error, "))
    return document.fault(where, message)
