"""A second verifier of the ledger, in the standard library alone and sharing no code with ours.

Usage: python independent.py FOLDER ORIGIN PUBLICKEY. It follows docs/ledger.md. Without an
Ed25519 library it checks everything but the signatures; say so when you quote it.
"""

import base64
import hashlib
import json
import pathlib
import sys

FIELDS = {"v", "origin", "sequence", "previous", "kind", "run", "intent", "time", "actor"} | {
    "claim",
    "body",
    "sealed",
}


def tree_root(leaves):
    """RFC 6962 section 2.1, the recursive definition word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\1" + tree_root(leaves[:k]) + tree_root(leaves[k:])).digest()


def fail(text):
    print("NOT GOOD:", text)
    return 1


def whole_numbers_only(text):
    raise ValueError(f"not a whole number: {text}")


def main(folder, origin, public_key):
    name, key_id, material = public_key.split("+", 2)
    raw = base64.b64decode(material)
    expected = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4].hex()
    if raw[0] != 1 or key_id != expected:
        return fail("public key")
    log = pathlib.Path(folder) / origin
    lines, previous = [], "0" * 64
    segments = sorted(p for p in log.glob("*.jsonl"))
    for path in segments:
        if int(path.stem) != len(lines) + 1:
            return fail(f"segment {path.name} does not begin after record {len(lines)}")
        content = path.read_bytes()
        *whole, tail = content.split(b"\n")
        if tail:
            if path != segments[-1] or not tail.startswith(b'{"actor":"'[: len(tail)]):
                return fail(f"garbage at the end of {path.name}")
            print("torn tail of", len(tail), "bytes")
        for line in whole:
            number = len(lines) + 1
            try:
                record = json.loads(line.decode("utf-8"), parse_float=whole_numbers_only)
            except ValueError:
                return fail(f"record {number} is no JSON")
            again = json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
            if again.encode("utf-8", "surrogatepass") != line:
                return fail(f"record {number} is not canonical")
            if set(record) != FIELDS or record["v"] is True or record["v"] != 1:
                return fail(f"record {number} has another form")
            if record["origin"] != origin or record["sequence"] != number:
                return fail(f"record {number} has another origin or number")
            if record["previous"] != previous:
                return fail(f"record {number} does not follow")
            previous = hashlib.sha256(line).hexdigest()
            lines.append(line)
    covered = 0
    for path in sorted((log / "checkpoints").iterdir()):
        body, _, signatures = path.read_text("utf-8").partition("\n\n")
        owner, size, root = body.split("\n")
        mine = [s for s in signatures.splitlines() if s.startswith(f"— {name} ")]
        if owner != origin or str(int(size)) != size or int(size) != int(path.name):
            return fail(f"checkpoint {path.name} has another origin or size")
        if not mine or base64.b64decode(mine[0].split(" ")[2])[:4].hex() != key_id:
            return fail(f"checkpoint {path.name} does not carry the key's signature")
        if int(size) > len(lines):
            return fail(f"checkpoint {path.name} covers more records than there are")
        if tree_root(lines[: int(size)]) != base64.b64decode(root):
            return fail(f"checkpoint {path.name} has another root")
        covered = int(size)
    print(f"good: {len(lines)} records, {covered} covered by checkpoints")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
