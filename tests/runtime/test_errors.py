"""Every message: used somewhere, with the values that it asks for, one paragraph."""

from __future__ import annotations

import ast
import string
from pathlib import Path

import pytest

from memfd_par import errors

TEMPLATES = {name: text for name, text in vars(errors).items() if name.isupper() and isinstance(text, str)}

#: What these functions add to the values that they are called with.
ADDED = {"_missing": {"par", "target"}}

SOURCES = {
    path.name: ast.parse(path.read_text("utf-8")) for path in Path(errors.__file__).parent.glob("*.py")
}


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def template_of(node: ast.Call) -> str | None:
    """The template that a call formats: `X.format(…)`, `errors.X.format(…)`, `_import_error("X", …)`."""
    if isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        value = node.func.value
        name = value.attr if isinstance(value, ast.Attribute) else getattr(value, "id", "")
        return name if name in TEMPLATES else None
    named = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and arg.value in TEMPLATES]
    if any(isinstance(arg, ast.IfExp) for arg in node.args):  # _error("X" if … else "Y", …)
        named += [
            n.value for n in ast.walk(node.args[0]) if isinstance(n, ast.Constant) and n.value in TEMPLATES
        ]
    return str(named[0]) if named else None


def splat(tree: ast.Module) -> set[str]:
    """The keys of the module's dictionary `values`."""
    return {
        str(ast.literal_eval(key))
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict)
        for target in node.targets
        if isinstance(target, ast.Name) and target.id == "values"
        for key in node.value.keys
        if key is not None
    }


def uses() -> list[tuple[str, str, set[str], set[str]]]:
    """Place, template, keywords given, and what else is there."""
    found = []
    for name, tree in sorted(SOURCES.items()):
        for node in ast.walk(tree):
            template = template_of(node) if isinstance(node, ast.Call) else None
            if template is None or not isinstance(node, ast.Call):
                continue
            given = {keyword.arg for keyword in node.keywords if keyword.arg is not None}
            more = set(ADDED.get(getattr(node.func, "id", ""), ()))
            if any(keyword.arg is None for keyword in node.keywords):
                more |= splat(tree)
            found.append((f"{name}:{node.lineno}", template, given, more))
    return found


@pytest.mark.parametrize(("place", "template", "given", "more"), uses())
def test_use(place: str, template: str, given: set[str], more: set[str]) -> None:
    wanted = fields(TEMPLATES[template])
    assert wanted <= given | more, f"{place} gives no {wanted - given - more} to {template}"
    assert given <= wanted, f"{place} gives {given - wanted}, which {template} does not ask for"


@pytest.mark.parametrize("name", TEMPLATES)
def test_is_used(name: str) -> None:
    words = {
        word
        for tree in SOURCES.values()
        for node in ast.walk(tree)
        if not isinstance(getattr(node, "ctx", None), ast.Store)  # where it is written down
        for word in (getattr(node, "attr", None), getattr(node, "value", None), getattr(node, "id", None))
        if isinstance(word, str)
    }
    assert name in words, f"nothing raises {name}: remove it"


@pytest.mark.parametrize("name", TEMPLATES)
def test_is_one_paragraph_of_sentences(name: str) -> None:
    text = TEMPLATES[name]
    assert "\n" not in text and "  " not in text
    assert text == text.strip()
    assert text.endswith((".", "{mend}")), text
    assert "{}" not in text


def test_mends_of_not_loaded() -> None:
    """linker.refusal formats whichever fits with the same two values."""
    mends = (text for name, text in TEMPLATES.items() if name.startswith("MEND_"))
    assert set().union(*map(fields, mends)) == {"member", "target"}


def test_kinds_of_errors() -> None:
    assert issubclass(errors.ParImportError, ImportError)  # an optional accelerator may be missing
    assert issubclass(errors.ParReadError, OSError)
    assert issubclass(errors.ParMemoryError, MemoryError)
    assert str(errors.ParReadError("a text")) == "a text"
    assert str(errors.ParImportError("a text", name="x")) == "a text"


def test_die(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        errors.die("Something is wrong. Mend it.")
    assert caught.value.code == 1
    assert capsys.readouterr() == ("", "memfd_par: Something is wrong. Mend it.\n")


def test_die_without_standard_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", None)
    with pytest.raises(SystemExit) as caught:
        errors.die("Something is wrong.")
    assert caught.value.code == 1
