"""Reading a registry: what is accepted, and the one clear error for everything else."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench import registry_faults as faults
from console.domain.errors import EXIT_INVALID, RegistryInvalid
from console.registry import reading
from console.registry.reading import LARGEST_BYTES, parse, read


def error(data: bytes) -> str:
    """The message about `data`, which must come soon."""
    started = time.thread_time()
    with pytest.raises(RegistryInvalid) as caught:
        parse(data, "registry.toml")
    assert time.thread_time() - started < 1.0
    assert caught.value.exit_code == EXIT_INVALID
    return caught.value.message


def test_a_snapshot_is_the_bytes_their_hash_and_what_they_mean(path: Path):
    snapshot = read(path)
    assert snapshot.data == path.read_bytes()
    assert snapshot.sha256 == hashlib.sha256(snapshot.data).hexdigest()
    assert snapshot.registry.routes["support"].canary_percentage == 5
    assert snapshot.plain["schema"] == 1
    assert snapshot.warnings == ()


def test_a_link_is_followed_once_and_keeps_the_name_that_was_typed(path: Path, tmp_path: Path):
    link = tmp_path / "link.toml"
    link.symlink_to("registry.toml")
    snapshot = read(str(link))
    assert (snapshot.path, snapshot.name) == (path.resolve(), str(link))


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_byte_order_mark_and_line_ends_of_other_systems_are_read(design: str, bom: bytes, newline: bytes):
    data = bom + design.encode().replace(b"\n", newline)
    snapshot = parse(data, "registry.toml")
    assert snapshot.data == data
    assert snapshot.plain == parse(design.encode(), "x").plain


def test_an_error_names_file_line_key_and_value(design: str):
    text = design.replace("= 5\n", "= 500\n")
    assert error(text.encode()) == (
        "registry.toml:8: routes.support.canary_percentage: must be between 0 and 100, got 500"
    )


def test_errors_come_in_the_order_of_the_file_and_warnings_after(design: str):
    text = design.replace("tested = false", "testd = false").replace("= 5\n", "= -1\n")
    text = text.replace('fallback = "claude-haiku-4-5-20251001"', 'fallback = "claude-sonnet-4-5-20250929"')
    with pytest.raises(RegistryInvalid) as caught:
        parse(text.encode(), "r")
    assert [(problem.line, problem.severity) for problem in caught.value.problems] == [
        (8, "error"),
        (26, "error"),
        (10, "warning"),
    ]


def test_a_missing_key_is_reported_at_its_table(design: str):
    text = design.replace('reason = "Named replacement of a retiring model"\n', "")
    assert error(text.encode()) == "registry.toml:22: models.claude-sonnet-5-5.reason: is missing"


def test_warnings_do_not_stop_a_reader(design: str):
    text = design.replace("09:00:00Z", "09:00:00")
    assert [problem.line for problem in parse(text.encode(), "r").warnings] == [9]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "registry.toml: is empty"),
        (b" \n\n", "registry.toml: is empty"),
        (b"\xef\xbb\xbf", "registry.toml: is empty"),
        (b"schema = 1\nx = \0\n", "registry.toml:2: contains a NUL byte"),
        (b"schema = 1\n# caf\xe9\n", "registry.toml:2: byte 0xe9 is not UTF-8"),
        ("schema = 1".encode("utf-16"), "registry.toml:1: is UTF-16"),
        (b"\xfe\xff\0s", "registry.toml:1: is UTF-16"),
        (os.urandom(64).replace(b"\0", b"\x81") + b"\xff", "is not UTF-8"),
        (b"schema = 1\nschema = 1\n", "registry.toml:2: is not valid TOML"),
        (b"[a]\nb=1\n[a]\n", "registry.toml:3: is not valid TOML"),
        (b"schema = 1\nx = \n", "registry.toml:2: is not valid TOML"),
        (b'schema = 1\nx = "a', "registry.toml:2: is not valid TOML"),
        (b"schema = 1\r", "is not valid TOML"),
        (b"schema = 1\nx = " + b"9" * 5000, "a number has too many digits"),
        (b"schema = 1\n<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> b\n", "registry.toml:2: merge conflict marker"),
        (b"schema = 1\nx=" + b"[" * 20_000, "registry.toml:2: tables and lists are nested deeper than 64"),
        (b"schema = 1\nx=" + b"{a=" * 20_000, "registry.toml:2: tables and lists are nested deeper than 64"),
        (b"schema = 1\n" + b"a." * 20_000 + b"a = 1", "registry.toml:2: tables and lists are nested deeper than 64"),
        (b"schema = 1\n[" + b"a." * 20_000 + b"a]", "registry.toml:2: tables and lists are nested deeper than 64"),
        (b"x" * (LARGEST_BYTES + 1), "registry.toml: is larger than 5 MB"),
    ],
    ids=range(20),
)
def test_what_cannot_be_read_gets_one_message_with_its_line(data: bytes, words: str):
    message = error(data)
    assert words in message
    assert len(message) < 200


def test_a_marker_inside_a_text_is_text(design: str):
    text = design.replace('"Replies to customer e-mail"', '"""\n<<<<<<< HEAD\n=======\n"""')
    assert parse(text.encode(), "r").registry.routes["support"].description.startswith("<<<<<<<")


def test_brackets_in_texts_are_not_nesting(design: str):
    text = design.replace("Replies to customer e-mail", "[" * 500 + "." * 500)
    assert parse(text.encode(), "r").registry.routes["support"].description.startswith("[[[")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda place: None, "there is no such file"),
        (lambda place: place.mkdir(), "is a directory, not a file"),
        (lambda place: os.mkfifo(place), "is a pipe, not a file"),
        (lambda place: place.symlink_to(place.name), "is a loop of symbolic links"),
        (lambda place: place.symlink_to("gone"), "there is no such file"),
        (lambda place: place.symlink_to("/dev/zero"), "is a device, not a file"),
        (lambda place: place.write_bytes(b"#" * (LARGEST_BYTES + 1)), "is larger than 5 MB"),
    ],
    ids=["missing", "directory", "pipe", "loop", "dangling", "device", "large"],
)
def test_what_is_no_file_is_refused_without_waiting(tmp_path: Path, make, words: str):
    place = tmp_path / "registry.toml"
    make(place)
    with pytest.raises(RegistryInvalid) as caught:
        read(place)
    assert caught.value.message.startswith(f"{place}: {words}")
    assert caught.value.hint


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000, ""])
def test_a_name_that_is_no_path_is_refused(name: str):
    with pytest.raises(RegistryInvalid):
        read(name)


def test_a_file_without_read_permission_is_refused():
    def work(path: Path) -> None:
        faults.drop_root()
        with pytest.raises(RegistryInvalid, match="may not be read by this user"):
            read(path)

    with faults.registry() as path:
        path.chmod(0)
        path.parent.chmod(0o755)
        assert faults.finished(faults.fork(lambda: work(path)))


def test_reading_needs_nothing_but_the_standard_library():
    script = (
        "import sys; before = set(sys.modules)\n"
        "import console.registry.reading, console.registry.watching, console.registry.scanning\n"
        "print(sorted({name.split('.')[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names)))"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "['console']"


@pytest.mark.parametrize("line", [1, 2, 7])
def test_a_nul_byte_is_told_with_its_line(design: str, line: int):
    lines = design.encode().split(b"\n")
    lines[line - 1] += b"\0"
    assert error(b"\n".join(lines)).startswith(f"registry.toml:{line}: contains a NUL byte")


@pytest.mark.parametrize("line", ["[", "[ # ]", "[[1]\n,", "[[ 1 ],", '["]",', "[[], "])
def test_lists_that_look_like_headings_are_nested_all_the_same(line: str):
    with pytest.raises(RegistryInvalid, match="nested deeper than 64"):
        parse(("schema = 1\nx = [\n" + f"{line}\n" * 70).encode(), "registry.toml")


def test_many_tables_are_not_looked_through_for_depth(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reading, "scan", None)
    text = 'schema = 1\n[routes.default]\nproduction = "a-0-2026-01-01"\n' + "".join(
        f'[models."a-{n}-2026-01-01"]\npinned_date = 2026-05-15\nreason = "[x]"\n' for n in range(60)
    )
    assert len(parse(text.encode(), "registry.toml").registry.models) == 60


@pytest.mark.parametrize(
    ("key", "deep"), [("a" + ".a" * 63, False), ("a" + ".a" * 64, True), ("a" + ".a" * 5_000, True)]
)
def test_a_key_of_many_parts_is_nested_too(key: str, deep: bool):
    message = error(f"x = 1\n{key} = 1\n".encode())
    assert ("registry.toml:2: tables and lists are nested deeper than 64 levels" in message) is deep
    assert ("nested" in message) is deep


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("schema = 1\n[routes", "registry.toml:2: is not valid TOML"),
        ('schema = 1\nx = """never closed\n\n', "the file ends too early"),
        ("schema = 1\nx = [1,\n2,\n", "registry.toml:3: is not valid TOML"),
        ("schema = 1\n\n\nx = 1 2\n", "registry.toml:4: is not valid TOML"),
        ("x = " + "9" * 5_000, "a number has too many digits"),
    ],
)
def test_what_is_no_toml_is_told_at_its_line(text: str, words: str):
    assert words in error(text.encode())


@pytest.mark.parametrize("size", [LARGEST_BYTES, LARGEST_BYTES + 1])
def test_five_megabytes_are_read_and_no_byte_more(tmp_path: Path, design: str, size: int):
    place = tmp_path / "registry.toml"
    place.write_bytes(design.encode() + b"#" + b"x" * (size - len(design) - 1))
    if size > LARGEST_BYTES:
        with pytest.raises(RegistryInvalid, match="larger than 5 MB"):
            read(place)
    else:
        assert len(read(place).data) == size
