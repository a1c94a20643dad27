"""The master key: where it comes from, what it makes, what it never shows."""

from __future__ import annotations

import base64
import os
import resource
import stat
import sys
import types

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from bots.errors import Problem
from bots.places import Places
from bots.secrets import MasterKey, SealError, development_key, master_key, read_reference
from bots.secrets.master import PURPOSES, no_core_dumps

RAW = bytes(range(32))
TEXT = base64.b64encode(RAW).decode()


@pytest.fixture
def places(tmp_path):
    return Places(tmp_path / "data").made()


def test_a_key_is_read_from_the_environment_a_file_a_keyring_and_a_vault(monkeypatch, tmp_path):
    monkeypatch.setenv("BOTS_KEY", TEXT)
    path = tmp_path / "key"
    path.write_text(TEXT + "\n")
    path.chmod(0o600)
    monkeypatch.setattr("keyring.get_password", lambda service, name: TEXT)
    vault = types.SimpleNamespace(get_secret=lambda name: {"value": TEXT, "master": TEXT})
    monkeypatch.setattr("robocorp.vault", vault, raising=False)
    monkeypatch.setitem(sys.modules, "robocorp.vault", vault)
    prints = {
        MasterKey.load(reference).fingerprint
        for reference in (
            "env:BOTS_KEY", f"file:{path}", "keyring:office", "vault:claimbots", "vault:a/master",
        )
    }  # fmt: skip
    assert prints == {MasterKey(RAW, "x").fingerprint}


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("env:NOT_SET_ANYWHERE", "no variable NOT_SET_ANYWHERE; set"),
        ("file:/nowhere/key", "cannot be read"),
        ("vault:not-there", "no secret not-there"),
        ("S3CRETPASSWORD", "no kind"),
        ("s3:bucket", "cannot read the secret reference"),
        ("env:", "cannot read the secret reference"),
    ],
)
def test_what_is_not_there_is_said_in_a_sentence_without_the_secret(reference, words, monkeypatch):
    monkeypatch.delenv("RC_VAULT_SECRET_MANAGER", raising=False)
    with pytest.raises(Problem) as caught:
        read_reference(reference)
    assert words in str(caught.value)
    assert "S3CRET" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_headless_machine_without_a_keyring_is_told_so(monkeypatch):
    import keyring.errors

    def nothing(service, name):
        raise keyring.errors.NoKeyringError("no backend")

    monkeypatch.setattr("keyring.get_password", nothing)
    with pytest.raises(Problem, match="no keyring"):
        read_reference("keyring:x")


def test_a_key_file_that_others_may_read_is_refused(tmp_path):
    path = tmp_path / "key"
    path.write_text(TEXT)
    path.chmod(0o640)
    with pytest.raises(Problem, match="others may read"):
        MasterKey.load(f"file:{path}")


@pytest.mark.parametrize("text", ["not base64!", base64.b64encode(b"short").decode(), "AAAA" * 20])
def test_what_is_no_key_is_refused_without_being_repeated(text, monkeypatch):
    monkeypatch.setenv("BOTS_KEY", text)
    with pytest.raises(Problem) as caught:
        MasterKey.load("env:BOTS_KEY")
    assert text not in str(caught.value)


def test_keys_by_purpose_are_hkdf_and_differ(places):
    master = MasterKey(RAW, "x")
    for purpose in PURPOSES:
        oracle = HKDF(SHA256(), 32, None, f"claimbots/1/{purpose}".encode()).derive(RAW)
        assert master.subkey(purpose) == oracle
    assert len({master.subkey(purpose) for purpose in PURPOSES}) == len(PURPOSES)
    with pytest.raises(ValueError, match="no key is made"):
        master.subkey("anything")


@given(st.binary(max_size=200), st.binary(max_size=20))
def test_what_is_sealed_opens_only_in_its_place_with_its_key_unaltered(plain, aad):
    master = MasterKey(RAW, "x")
    sealed = master.seal("session", plain, aad)
    assert master.unseal("session", sealed, aad) == plain
    assert plain not in sealed or len(plain) < 4
    for other in (
        lambda: master.unseal("credential", sealed, aad),
        lambda: master.unseal("session", sealed, aad + b"x"),
        lambda: master.unseal("session", sealed[:-1] + bytes([sealed[-1] ^ 1]), aad),
        lambda: master.unseal("session", sealed[:5], aad),
        lambda: MasterKey(bytes(32), "y").unseal("session", sealed, aad),
    ):
        with pytest.raises(SealError):
            other()


def test_a_digest_of_guessable_text_cannot_be_guessed_without_the_key():
    """P15: a million guesses of claim numbers, hashed every plain way, meet no digest."""
    from hashlib import sha256

    digest = MasterKey(RAW, "x").keyed_digest("ledger-digest", "C0004711")
    assert digest == MasterKey(RAW, "y").keyed_digest("ledger-digest", "C0004711")
    assert digest != MasterKey(bytes(32), "x").keyed_digest("ledger-digest", "C0004711")
    wanted = bytes.fromhex(digest)
    assert all(sha256(b"C%07d" % n).digest() != wanted for n in range(1_000_000))


def test_a_development_key_is_made_once_closed_to_others(places):
    first, second = development_key(places), development_key(places)
    assert first.fingerprint == second.fingerprint
    path = places.keys / "development.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in places.keys.iterdir()] == ["development.key"]


def test_a_real_portal_without_a_master_key_is_refused(places):
    with pytest.raises(Problem, match="keys init"):
        master_key(None, places, practice_only=False)
    assert not (places.keys / "development.key").exists()
    assert "development" in repr(master_key(None, places, practice_only=True))


def test_a_key_never_shows_itself():
    master = MasterKey(RAW, "env:BOTS_KEY")
    assert "env:BOTS_KEY" in repr(master)
    assert RAW.hex() not in repr(master)
    assert TEXT not in repr(master)


def test_a_process_that_holds_a_key_leaves_no_core():
    """P17."""
    if os.fork() == 0:
        no_core_dumps()
        os._exit(resource.getrlimit(resource.RLIMIT_CORE)[0])
    assert os.waitstatus_to_exitcode(os.wait()[1]) == 0
    MasterKey(RAW, "x")
    assert resource.getrlimit(resource.RLIMIT_CORE)[0] == 0
