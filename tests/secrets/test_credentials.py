"""Log-ins: sealed, by reference, and never tried again once refused."""

from __future__ import annotations

import sys
import types

import pytest

from bots.errors import Problem
from bots.places import Places
from bots.secrets import Credential, MasterKey, credential_for, development_key, refused
from bots.secrets.credentials import (
    credentials_path,
    known_credentials,
    remember_credential,
    remember_reference,
)

ANN = Credential("ann", "pa55-CANARY", "JBSWY3DPEHPK3PXP")


@pytest.fixture
def places(tmp_path):
    return Places(tmp_path / "data").made()


@pytest.fixture
def master(places):
    return development_key(places)


def test_a_log_in_is_kept_sealed_and_comes_back(places, master):
    remember_credential("acme", ANN, places, master)
    assert credential_for("acme", places, master) == ANN
    assert credential_for("sealed:acme", places, master) == ANN
    for path in places.root.rglob("*"):
        if path.is_file():
            assert path.stat().st_mode & 0o077 == 0, path
            for secret in ("ann", "CANARY", "JBSWY"):
                assert secret.encode() not in path.read_bytes(), path


def test_a_log_in_hides_itself():
    assert "CANARY" not in f"{ANN!r} {ANN} {[ANN]}"


def test_another_master_key_or_another_name_does_not_open_it(places, master):
    remember_credential("acme", ANN, places, master)
    with pytest.raises(Problem, match="another master key") as caught:
        credential_for("acme", places, MasterKey(bytes(32), "x"))
    assert "CANARY" not in str(caught.value)
    path = credentials_path(places)
    path.write_text(path.read_text().replace('"acme"', '"other"'))
    with pytest.raises(Problem):
        credential_for("other", places, master)


def test_log_ins_from_environment_vault_and_keyring(places, master, monkeypatch):
    monkeypatch.setenv("ACME_USERNAME", "ann")
    monkeypatch.setenv("ACME_PASSWORD", "pa55-CANARY")
    monkeypatch.setenv("ACME_TOTP", "jbsw y3dp ehpk 3pxp")
    fields = {"username": "ann", "password": "pa55-CANARY", "totp": ANN.totp_seed}
    vault = types.SimpleNamespace(get_secret=lambda name: fields)
    monkeypatch.setattr("robocorp.vault", vault, raising=False)
    monkeypatch.setitem(sys.modules, "robocorp.vault", vault)
    import json

    monkeypatch.setattr("keyring.get_password", lambda service, name: json.dumps(fields))
    for reference in ("env:ACME", "vault:acme", "keyring:acme"):
        assert credential_for(reference, places, master) == ANN
        remember_reference("acme", reference, places)
        assert credential_for("acme", places, master) == ANN
    assert known_credentials(places) == {"acme": "keyring:acme"}
    monkeypatch.delenv("ACME_PASSWORD")
    with pytest.raises(Problem, match="no password"):
        credential_for("env:ACME", places, master)


@pytest.mark.parametrize("reference", ["nobody", "s3:x", "file:/etc/passwd"])
def test_no_such_log_in_is_said(reference, places, master):
    with pytest.raises(Problem):
        credential_for(reference, places, master)


@pytest.mark.parametrize("seed", ["not base32!", "0189", "1"])
def test_a_bad_seed_is_refused_when_it_is_typed(seed, places, master):
    with pytest.raises(Problem, match="base32"):
        remember_credential("acme", Credential("a", "b", seed), places, master)


def test_a_seed_may_be_given_as_its_otpauth_address(places, master):
    address = "otpauth://totp/Acme:ann?secret=JBSWY3DPEHPK3PXP&issuer=Acme"
    remember_credential("acme", Credential("ann", "pa55-CANARY", address), places, master)
    assert credential_for("acme", places, master) == ANN


def test_a_refused_password_is_never_tried_again_until_it_is_another_or_unlocked(places, master):
    assert not refused.is_refused("acme", ANN, places, master)
    refused.remember("acme", ANN, places, master)
    assert refused.is_refused("acme", ANN, Places(places.root), master)  # another process too
    assert not refused.is_refused("acme", Credential("ann", "new", ANN.totp_seed), places, master)
    assert not refused.is_refused("other", ANN, places, master)
    with pytest.raises(Problem, match="not tried again"):
        refused.refuse_again("acme", ANN, places, master)
    assert b"CANARY" not in refused.refused_path(places).read_bytes()
    assert refused.unlock("acme", places)
    assert not refused.unlock("acme", places)
    refused.refuse_again("acme", ANN, places, master)


def test_a_disk_that_is_full_keeps_the_old_log_ins(places, master, monkeypatch):
    remember_credential("acme", ANN, places, master)

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(Problem, match="No space left"):
        remember_credential("acme", Credential("b", "c"), places, master)
    monkeypatch.undo()
    assert credential_for("acme", places, master) == ANN


def test_a_broken_table_is_said_not_overwritten(places, master):
    credentials_path(places).write_text("{broken")
    with pytest.raises(Problem, match="not a table"):
        remember_credential("acme", ANN, places, master)
    assert credentials_path(places).read_text() == "{broken"
