"""The bucket function is frozen: published vectors, ports to other languages, and what a rollout relies on."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.buckets import BUCKETS, bucket, is_canary, threshold

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
PUBLISHED: dict[str, Any] = json.loads((DOCS / "bucket_vectors.json").read_text("utf-8"))
VECTORS: list[dict[str, Any]] = PUBLISHED["vectors"]
EDGES: list[dict[str, Any]] = PUBLISHED["edges"]
SALT = "support|claude-sonnet-5-5|2026-11-20T09:00:00Z"


def port(language: str) -> str:
    """The code of a port, as the document shows it."""
    flags = re.MULTILINE | re.DOTALL
    found = re.findall(rf"^```{language}\n(.*?)^```", (DOCS / "bucket_ports.md").read_text("utf-8"), flags)
    assert len(found) == 1
    return str(found[0])


def test_every_published_vector_is_met() -> None:
    wrong = [vector for vector in VECTORS if bucket(vector["salt"], vector["key"]) != vector["bucket"]]
    assert wrong == []


def test_every_published_edge_is_met() -> None:
    assert [threshold(edge["percentage"]) for edge in EDGES] == [edge["threshold"] for edge in EDGES]


def test_the_vectors_hold_what_ports_get_wrong() -> None:
    keys = {vector["key"] for vector in VECTORS}
    assert len(VECTORS) >= 100
    assert "" in keys
    assert any(len(key) >= 1_000 for key in keys)
    assert any("\0" in key for key in keys)
    assert any(ord(char) > 0xFFFF for key in keys for char in key), "text outside the basic plane"
    assert any(unicodedata.combining(char) for key in keys for char in key), "combining marks"
    assert {0, 999_999} <= {vector["bucket"] for vector in VECTORS}, "both ends of the range"
    assert {49_999, 50_000} <= {vector["bucket"] for vector in VECTORS}, "both sides of 5 %"


def test_a_few_vectors_stand_here_too_so_that_nobody_changes_both_at_once() -> None:
    assert bucket(SALT, "user-833929") == 0
    assert bucket(SALT, "user-433338") == 999_999
    assert bucket(SALT, "user-1493975") == 49_999
    assert bucket("", "") == 430_481


@given(st.text(), st.text())
def test_a_bucket_is_in_range_and_stays(salt: str, key: str) -> None:
    assert 0 <= bucket(salt, key) < BUCKETS
    assert bucket(salt, key) == bucket(salt, key)


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_has_a_bucket_half_surrogates_too(key: str) -> None:
    assert 0 <= bucket(SALT, key) < BUCKETS


@given(st.text(), st.integers(0, BUCKETS), st.integers(0, BUCKETS))
def test_raising_the_percentage_only_adds_users(key: str, one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert is_canary(SALT, key, low / 10_000) <= is_canary(SALT, key, high / 10_000)


@given(st.text())
def test_nobody_at_0_and_everybody_at_100(key: str) -> None:
    assert not is_canary(SALT, key, 0)
    assert is_canary(SALT, key, 100)


@given(st.integers(0, BUCKETS))
def test_four_decimals_are_exact(units: int) -> None:
    assert threshold(units / 10_000) == units


@pytest.mark.parametrize("percentage", [1, 5, 25, 50])
def test_the_share_of_users_is_the_percentage(percentage: float) -> None:
    """Within 4 standard deviations of the binomial, for 20,000 users: fixed users, so it cannot fail by chance."""
    share = sum(is_canary(SALT, f"user-{number}", percentage) for number in range(20_000)) / 20_000
    expected = percentage / 100
    assert abs(share - expected) < 4 * (expected * (1 - expected) / 20_000) ** 0.5


def test_rollouts_pick_their_users_independently() -> None:
    users = [f"user-{number}" for number in range(20_000)]
    first = {user for user in users if is_canary(SALT, user, 10)}
    second = {user for user in users if is_canary(SALT.replace("09:00", "10:00"), user, 10)}
    assert 0.07 < len(first & second) / len(first) < 0.13


def test_text_that_looks_alike_is_not_the_same_user() -> None:
    composed, decomposed = "Zoë", "Zoe\u0308"
    assert unicodedata.normalize("NFC", decomposed) == composed
    assert bucket(SALT, composed) != bucket(SALT, decomposed)


@pytest.mark.parametrize("language", ["javascript", "go", "java"])
def test_a_port_fits_in_twenty_lines(language: str) -> None:
    assert len(port(language).splitlines()) <= 20


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_the_javascript_port_meets_every_vector(tmp_path: Path) -> None:
    check = """
const { vectors, edges } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const met = vectors.filter((v) => bucket(v.salt, v.key) === v.bucket);
const sides = edges.every((e) => vectors.every(
  (v) => isCanary(v.salt, v.key, e.percentage) === v.bucket < e.threshold));
console.log(met.length, sides);
"""
    (tmp_path / "port.cjs").write_text(port("javascript") + check, "utf-8")
    assert _printed(["node", str(tmp_path / "port.cjs")], json.dumps(PUBLISHED)) == f"{len(VECTORS)} true"


@pytest.mark.skipif(shutil.which("javac") is None, reason="a JDK is not installed")
def test_the_java_port_meets_every_vector(tmp_path: Path) -> None:
    """The vectors go in as hexadecimal UTF-8, since Java has no reader of JSON of its own."""
    check = """
final class Check {
    static String text(String hex) {
        byte[] bytes = new byte[hex.length() / 2];
        for (int i = 0; i < bytes.length; i++) bytes[i] = (byte) Integer.parseInt(hex.substring(2 * i, 2 * i + 2), 16);
        return new String(bytes, UTF_8);
    }
    public static void main(String[] none) throws Exception {
        int met = 0;
        for (String line : new String(System.in.readAllBytes(), UTF_8).split("\\n")) {
            String[] parts = line.split(",", -1);
            long number = Long.parseLong(parts[2]);
            String salt = text(parts[0]), key = text(parts[1]);
            if (Bucket.bucket(salt, key) == number && Bucket.isCanary(salt, key, 28.9999) == (number < 289999)) met++;
        }
        System.out.println(met);
    }
}
"""
    source = tmp_path / "Check.java"
    source.write_text(port("java") + check, "utf-8")
    _printed(["javac", "-encoding", "UTF-8", "-d", str(tmp_path), str(source)], "")
    lines = [f"{v['salt'].encode().hex()},{v['key'].encode().hex()},{v['bucket']}" for v in VECTORS]
    assert _printed(["java", "-cp", str(tmp_path), "Check"], "\n".join(lines)) == str(len(VECTORS))


@pytest.mark.skipif(shutil.which("go") is None, reason="go is not installed")
def test_the_go_port_meets_every_vector(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module bucket\n\ngo 1.18\n")
    (tmp_path / "bucket.go").write_text(port("go"), "utf-8")
    (tmp_path / "bucket_test.go").write_text(
        'package bucket\n\nimport (\n\t"encoding/json"\n\t"os"\n\t"testing"\n)\n\nfunc TestVectors(t *testing.T) {\n'
        "\tvar all struct{ Vectors []struct {\n\t\tSalt, Key string\n\t\tBucket uint64\n\t} }\n"
        '\tdata, _ := os.ReadFile("vectors.json")\n'
        "\tif err := json.Unmarshal(data, &all); err != nil || len(all.Vectors) < 100 {\n\t\tt.Fatal(err)\n\t}\n"
        "\tfor _, v := range all.Vectors {\n\t\tif Bucket(v.Salt, v.Key) != v.Bucket {\n"
        "\t\t\tt.Error(v)\n\t\t}\n\t}\n}\n"
    )
    (tmp_path / "vectors.json").write_text(json.dumps(PUBLISHED))
    done = subprocess.run(["go", "test", "."], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _printed(command: list[str], given_text: str) -> str:
    done = subprocess.run(
        command, input=given_text, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
