"""Renders what starlark_doc_extract found in the docstrings as docs/rules.md.

Takes the module's description in protobuf's text format (Bazel's stardoc_output.proto), so that it needs no
library for it.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_HEAD = """\
<!-- Made from the docstrings by `./bazelw run //docs:update`. -->

# Rules

{doc}

```starlark
load("@memfd_par//:defs.bzl", {names})
```
"""

#: What memfd_par_binary, the macro, does not pass on from its caller.
_SET_BY_THE_MACRO = ("name", "par", "par_args", "repo_mapping")
_TYPES = {
    "BOOLEAN": "bool",
    "INT": "int",
    "LABEL": "label",
    "LABEL_DICT_UNARY": "dict of strings to labels",
    "LABEL_LIST": "list of labels",
    "LABEL_STRING_DICT": "dict of labels to strings",
    "NAME": "name",
    "STRING": "string",
    "STRING_DICT": "dict of strings",
    "STRING_LIST": "list of strings",
}

_LINE = re.compile(r"\s*(?:(?P<end>\})|(?P<open>\w+) \{|(?P<key>\w+): (?P<value>.*))")

Message = dict[str, list[Any]]  #: every field as a list: messages are dicts, all else is text


def parse(lines: Iterator[str]) -> Message:
    """A message in text format, up to its closing brace."""
    message: Message = {}
    for line in lines:
        match = _LINE.match(line)
        if match is None:
            raise ValueError(f"no line of protobuf's text format: {line!r}")
        if match["end"]:
            break
        if match["open"]:
            message.setdefault(match["open"], []).append(parse(lines))
        else:
            value = match["value"]
            if value.startswith('"'):
                value = _text(ast.literal_eval("b" + value).decode())
            message.setdefault(match["key"], []).append(value)
    return message


def _text(value: str) -> str:
    """`value`, where Bazel 7 took a source's UTF-8 for Latin-1."""
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value


def render(module: Message) -> str:
    """The page."""
    functions = {one["function_name"][0]: one for one in module["func_info"]}
    rules = {one["rule_name"][0]: one for one in module["rule_info"]}
    providers = {one["provider_name"][0]: one for one in module["provider_info"]}
    own_rules = {name: rule for name, rule in rules.items() if not name.endswith("_rule")}
    names = ", ".join(f'"{name}"' for name in sorted([*functions, *own_rules, *providers], key=str.swapcase))
    parts = [_HEAD.format(doc=_doc(module, "module_docstring"), names=names)]
    for name, function in sorted(functions.items()):
        parts.append(_function(name, function, rules.get(name + "_rule", {})))
    for name, rule in sorted(own_rules.items()):
        parts.append(
            f"## {name}\n\n{_doc(rule)}\n\n{_table('Attribute', map(_attribute, rule['attribute']))}"
        )
    for name, provider in sorted(providers.items()):
        fields = ((f"`{field['name'][0]}`", _doc(field)) for field in provider["field_info"])
        parts.append(f"## {name}\n\n{_doc(provider)}\n\n{_table('Field', fields)}")
    return "\n".join(parts)


def _function(name: str, function: Message, rule: Message) -> str:
    """A macro, with the attributes of the rule that it passes its `**kwargs` on to."""
    parameters = {one["name"][0]: one for one in function["parameter"]}
    rest = "Bazel's common attributes." if rule else _doc(parameters["kwargs"])
    del parameters["kwargs"]
    for attribute in rule.get("attribute", ()):
        if attribute["name"][0] not in _SET_BY_THE_MACRO:
            parameters[attribute["name"][0]] = attribute
    first = parameters.pop("name")
    rows = map(_attribute, [first, *(parameters[key] for key in sorted(parameters))])
    doc = _doc(rule) if rule else _doc(function)
    return f"## {name}\n\n{doc}\n\n{_table('Attribute', rows)}\nIt also takes {rest}\n"


def _attribute(attribute: Message) -> tuple[str, str]:
    notes = [_TYPES[attribute["type"][0]]] if "type" in attribute else []
    if "mandatory" in attribute:
        notes.append("required")
    elif "default_value" in attribute:
        notes.append(f"default `{attribute['default_value'][0]}`")
    doc = _doc(attribute)
    return f"`{attribute['name'][0]}`", f"{doc[:1].upper()}{doc[1:]} *({'; '.join(notes)})*"


def _doc(message: Message, field: str = "doc_string") -> str:
    text: str = message[field][0]
    return text.strip()


def _table(title: str, rows: Any) -> str:
    lines = [f"| {title} | |", "|---|---|"]
    lines += (f"| {name} | {text.replace('|', '&#124;')} |" for name, text in rows)
    return "".join(" ".join(line.split("\n")) + "\n" for line in lines)


def main(source: str, target: str) -> None:
    """Renders the file `source` to `target`."""
    lines = Path(source).read_text("utf-8").splitlines()
    Path(target).write_text(render(parse(iter(lines))), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
