"""Secrets from a real vault: how it is asked, how often, and what is said when it is down."""

from __future__ import annotations

import base64
import os
import signal
import stat
import subprocess
import sys
import traceback

import pytest
from vaults import ROOT_TOKEN, a_door, a_vault

from bots import leaving
from bots.cli.doctor import _reference
from bots.errors import Problem
from bots.places import Places
from bots.secrets import MasterKey, VaultDown, credential_for, development_key, read_reference
from bots.secrets import vault as asking
from bots.secrets.credentials import Credential, remember_reference
from bots.secrets.references import open_to_others

ANN = Credential("ann", "pa55-CANARY", "JBSWY3DPEHPK3PXP")
FIELDS = {"username": "ann", "password": "pa55-CANARY", "totp": "JBSWY3DPEHPK3PXP"}


@pytest.fixture(scope="module")
def vault(tmp_path_factory):
    with a_vault(tmp_path_factory.mktemp("vault")) as made:
        made.put("claimbots/acme", **FIELDS)
        made.reader("bots", "secret/data/claimbots/*")
        yield made


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    """Nothing of the machine's own vault; and no test waits for the pauses between tries."""
    for name in list(os.environ):
        if name.startswith(("VAULT_", "BAO_", "RC_VAULT")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(asking, "PAUSE_SECONDS", 0)


@pytest.fixture
def asked(vault, monkeypatch):
    """The vault, asked with a token that reads the bots' secrets only."""
    monkeypatch.setenv("VAULT_ADDR", vault.address)
    monkeypatch.setenv("VAULT_TOKEN", vault.token("bots"))
    return vault


@pytest.fixture
def places(tmp_path):
    return Places(tmp_path / "data").made()


def test_the_master_key_is_read_from_the_vault(asked):
    text = base64.b64encode(bytes(range(32))).decode()
    asked.put("claimbots/keys", value=text, other=text)

    prints = {
        MasterKey.load(f"vault:secret/claimbots/keys{key}").fingerprint for key in ("", "#other")
    }

    assert prints == {MasterKey(bytes(range(32)), "x").fingerprint}


def test_a_log_in_is_read_from_the_vault_by_name_and_by_reference(asked, places):
    master = development_key(places)
    assert credential_for("vault:secret/claimbots/acme", places, master) == ANN
    remember_reference("acme", "vault:secret/claimbots/acme", places)
    assert credential_for("acme", places, master) == ANN


def test_a_store_of_the_first_version_is_read_as_well(asked):
    asked.ask("POST", "sys/mounts/office/old", {"type": "kv", "options": {"version": "1"}})
    asked.reader("old", "office/old/*")
    os.environ["VAULT_TOKEN"] = asked.token("old")
    asked.ask("POST", "office/old/billing/acme", FIELDS)

    assert read_reference("vault:office/old/billing/acme#password") == "pa55-CANARY"


def test_what_was_changed_in_the_vault_is_what_is_read_next(asked, places):
    master = development_key(places)
    asked.put("claimbots/turn", **FIELDS)
    assert credential_for("vault:secret/claimbots/turn", places, master).password == "pa55-CANARY"
    asked.put("claimbots/turn", **{**FIELDS, "password": "new"})
    assert credential_for("vault:secret/claimbots/turn", places, master).password == "new"


def test_a_role_logs_in_with_its_secret_id_and_leaves_no_token_behind(
    vault, monkeypatch, tmp_path
):
    vault.ask("POST", "sys/auth/approle", {"type": "approle"})
    vault.ask("POST", "auth/approle/role/bots", {"token_policies": ["bots"]})
    secret = vault.ask("POST", "auth/approle/role/bots/secret-id", {})["data"]["secret_id"]
    kept = tmp_path / "secret-id"
    kept.write_text(secret + "\n")
    kept.chmod(0o600)
    role = vault.ask("GET", "auth/approle/role/bots/role-id")["data"]["role_id"]
    monkeypatch.setenv("VAULT_ADDR", vault.address)
    monkeypatch.setenv("VAULT_ROLE_ID", role)
    monkeypatch.setenv("VAULT_SECRET_ID_FILE", str(kept))
    before = tokens(vault)

    assert read_reference("vault:secret/claimbots/acme#username") == "ann"

    assert tokens(vault) == before
    kept.write_text("11111111-2222-3333-4444-555555555555")
    with pytest.raises(Problem, match="refuses it") as refused:
        read_reference("vault:secret/claimbots/acme")
    assert "5555" not in refused.value.sentence()


def tokens(vault):
    return len(vault.ask("LIST", "auth/token/accessors")["data"]["keys"])


@pytest.mark.parametrize("where", ["VAULT_TOKEN_FILE", "home"])
def test_a_token_that_was_renewed_in_its_file_is_used(vault, monkeypatch, tmp_path, where):
    kept = tmp_path / ".vault-token"
    monkeypatch.setenv("VAULT_ADDR", vault.address)
    if where == "VAULT_TOKEN_FILE":
        monkeypatch.setenv(where, str(kept))
    kept.write_text("run-out")
    kept.chmod(0o600)
    with pytest.raises(Problem, match="refuses it"):
        read_reference("vault:secret/claimbots/acme#username")
    kept.write_text(vault.token("bots") + "\n")
    assert read_reference("vault:secret/claimbots/acme#username") == "ann"
    kept.chmod(0o644)
    with pytest.raises(Problem, match="others may read"):
        read_reference("vault:secret/claimbots/acme#username")


def test_a_namespace_is_asked_in_its_own_name(vault, monkeypatch):
    vault.ask("POST", "sys/namespaces/clinic", {})
    vault.ask("POST", "sys/mounts/secret", {"type": "kv", "options": {"version": "2"}}, "clinic")
    vault.put("acme", "clinic", value="of the clinic")
    monkeypatch.setenv("VAULT_ADDR", vault.address)
    monkeypatch.setenv("VAULT_TOKEN", ROOT_TOKEN)
    monkeypatch.setenv("VAULT_NAMESPACE", "clinic")

    assert read_reference("vault:secret/acme") == "of the clinic"


def test_the_vaults_certificate_is_checked(tmp_path, monkeypatch):
    with a_vault(tmp_path, tls=True) as vault:
        vault.put("claimbots/acme", **FIELDS)
        monkeypatch.setenv("VAULT_ADDR", vault.address)
        monkeypatch.setenv("VAULT_TOKEN", ROOT_TOKEN)
        with pytest.raises(Problem, match="VAULT_ADDR: the vault's certificate") as unknown:
            read_reference("vault:secret/claimbots/acme#username")
        assert not isinstance(unknown.value, VaultDown)
        monkeypatch.setenv("VAULT_CACERT", str(vault.authority))
        assert read_reference("vault:secret/claimbots/acme#username") == "ann"
        monkeypatch.setenv("VAULT_CACERT", str(tmp_path / "none.pem"))
        with pytest.raises(Problem, match=r"VAULT_CACERT: .*not there"):
            read_reference("vault:secret/claimbots/acme#username")


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("secret/claimbots/none", "no such secret"),
        ("secret/other/acme", "refuses it (403)"),
        ("nowhere/acme", "refuses it (403)"),
        ("secret/claimbots/acme#pin", "is empty"),
        ("secret", "no path to a secret"),
        ("secret/claimbots/acme?version=1", "no path to a secret"),
        ("sys/mounts", "no key-value store"),
    ],
)
def test_what_is_not_there_or_not_allowed_is_said_and_never_the_token(asked, path, says):
    with pytest.raises(Problem) as caught:
        read_reference(f"vault:{path}")
    assert says in caught.value.sentence()
    assert not isinstance(caught.value, VaultDown)
    assert os.environ["VAULT_TOKEN"] not in shown(caught.value)


def test_a_deleted_secret_is_not_there(asked):
    asked.put("claimbots/gone", value="x")
    asked.ask("DELETE", "secret/data/claimbots/gone")
    with pytest.raises(Problem, match="deleted"):
        read_reference("vault:secret/claimbots/gone")


def test_a_sealed_vault_is_down_until_it_is_unsealed(asked):
    """F99, as the real one does it."""
    asked.seal()
    try:
        with pytest.raises(VaultDown, match="answered 503; 503 is a sealed one") as down:
            read_reference("vault:secret/claimbots/acme#username")
    finally:
        asked.unseal()
    assert down.value.exit == 3
    assert "run again" in down.value.do
    assert read_reference("vault:secret/claimbots/acme#username") == "ann"


def test_a_vault_that_hangs_is_given_up_after_its_time(asked, monkeypatch):
    monkeypatch.setattr(asking, "CALL_SECONDS", 0.3)
    asked.process.send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(VaultDown, match=r"could not be reached \(\w*Timeout\)"):
            read_reference("vault:secret/claimbots/acme#username")
    finally:
        asked.process.send_signal(signal.SIGCONT)


@pytest.mark.parametrize(
    ("answers", "times", "says"),
    [
        ([403], 1, "refuses it (403)"),
        ([404], 1, "no such secret"),
        ([400], 1, "refuses it (400)"),
        ([418], 1, "answered 418"),
        ([429], 4, "answered 429"),
        ([500], 4, "answered 500"),
        ([503], 4, "answered 503"),
        ([473], 4, "answered 473"),
        ([502, 503, 429, 403], 4, "refuses it (403)"),
    ],
)
def test_only_what_may_pass_is_tried_again_and_four_times_at_most(
    monkeypatch, answers, times, says
):
    with a_door(*answers, body='{"errors": ["CANARY"]}') as door:
        monkeypatch.setenv("VAULT_ADDR", door.address)
        monkeypatch.setenv("VAULT_TOKEN", "t0ken-CANARY")
        with pytest.raises(Problem) as caught:
            read_reference("vault:secret/acme")
    assert len(door.asked) == times
    assert says in caught.value.sentence()
    assert "CANARY" not in shown(caught.value)


def test_a_process_that_is_to_end_asks_no_more(monkeypatch):
    monkeypatch.setattr(leaving, "_since", 1.0)
    with a_door(503) as door:
        monkeypatch.setenv("VAULT_ADDR", door.address)
        monkeypatch.setenv("VAULT_TOKEN", "t0ken-CANARY")
        with pytest.raises(VaultDown):
            read_reference("vault:secret/acme")
    assert len(door.asked) == 1


def test_a_token_does_not_follow_to_another_address(monkeypatch):
    with a_door(200) as other, a_door(307, Location=f"{other.address}/v1/x") as door:
        monkeypatch.setenv("VAULT_ADDR", door.address)
        monkeypatch.setenv("VAULT_TOKEN", "t0ken-CANARY")
        with pytest.raises(Problem, match="leads to another address"):
            read_reference("vault:secret/acme")
    assert (len(door.asked), other.asked) == (1, [])


@pytest.mark.parametrize(
    "body", ["", "<html>", "[]", '{"data": null}', '{"data": {"type": "pki"}}']
)
def test_what_is_no_vault_is_said(monkeypatch, body):
    with a_door(200, body=body) as door:
        monkeypatch.setenv("VAULT_ADDR", door.address)
        monkeypatch.setenv("VAULT_TOKEN", "t0ken-CANARY")
        with pytest.raises(Problem, match=r"form that we do not know|no key-value store"):
            read_reference("vault:secret/acme")


def test_a_token_that_cannot_be_sent_is_not_shown(asked, monkeypatch):
    for token in ("t0ken\n-CANARY", "t0ken-CANARY-ü€"):
        monkeypatch.setenv("VAULT_TOKEN", token)
        with pytest.raises(Problem, match="one line") as caught:
            read_reference("vault:secret/claimbots/acme")
        assert "CANARY" not in shown(caught.value)


@pytest.mark.parametrize(
    "address", ["http://vault.example.org:8200", "vault.example.org", "ftp://x"]
)
def test_a_vault_is_only_asked_over_an_encrypted_line(monkeypatch, address):
    monkeypatch.setenv("VAULT_ADDR", address)
    monkeypatch.setenv("VAULT_TOKEN", "t0ken-CANARY")
    with pytest.raises(Problem, match=r"VAULT_ADDR: .*not encrypted"):
        read_reference("vault:secret/acme")


def test_nobody_to_ask_as_is_said(monkeypatch, vault):
    monkeypatch.setenv("VAULT_ADDR", vault.address)
    with pytest.raises(Problem, match="nothing says who asks"):
        read_reference("vault:secret/acme")


def test_without_hvac_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "hvac", None)
    monkeypatch.setenv("VAULT_ADDR", "https://vault.example.org")
    with pytest.raises(Problem, match=r"claimbots\[vault\]"):
        read_reference("vault:secret/acme")


def test_a_variable_may_name_a_file_instead_and_the_file_is_read_anew(monkeypatch, places):
    """What a container or systemd hands over, and what an office can change without a restart."""
    kept = places.root / "password"
    kept.write_text("pa55-CANARY\n")
    kept.chmod(0o600)
    monkeypatch.setenv("ACME_USERNAME", "ann")
    monkeypatch.setenv("ACME_PASSWORD_FILE", str(kept))
    master = development_key(places)
    assert credential_for("env:ACME", places, master) == Credential("ann", "pa55-CANARY")
    kept.write_text("new\n")
    assert credential_for("env:ACME", places, master) == Credential("ann", "new")
    monkeypatch.setenv("KEY_FILE", str(kept))
    assert read_reference("env:KEY") == "new"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_command_with_the_key_in_a_vault_says_what_to_do_and_shows_nothing(vault, places):
    """F99 at the door: exit 3, one sentence, no trace and no secret."""
    environment = {
        **os.environ, "CLAIMBOTS_DATA": str(places.root),
        "CLAIMBOTS_KEYS__MASTER": "vault:secret/claimbots/master",
        "VAULT_ADDR": vault.address, "VAULT_TOKEN": "t0ken-CANARY",
    }  # fmt: skip
    refused = keys_status(environment)
    assert refused.returncode == 2, refused.stderr
    vault.seal()
    try:
        down = keys_status(environment)
    finally:
        vault.unseal()
    assert down.returncode == 3, down.stderr
    assert "sealed one" in down.stderr
    for said in (refused, down):
        assert "CANARY" not in said.stdout + said.stderr
        assert "Traceback" not in said.stderr


def test_doctor_asks_the_vault_for_the_master_key(asked):
    asked.put("claimbots/keys", value="x")
    assert _reference("keys", "vault:secret/claimbots/keys").state == "OK"
    line = _reference("keys", "vault:secret/claimbots/none")
    assert (line.state, "no such secret" in line.text) == ("DO", True)


@pytest.mark.parametrize(
    ("mode", "owner", "group", "user", "is_open"),
    [
        (0o100600, 10001, 10001, 10001, False),
        (0o100640, 10001, 10001, 10001, True),
        (0o100440, 0, 0, 10001, False),  # LoadCredential=: the mask of an access list
        (0o100444, 0, 0, 10001, True),
        (0o100440, 0, 50, 10001, True),
        (0o100640, 0, 0, 0, True),
    ],
)
def test_a_secret_that_systemd_hands_over_is_not_taken_for_open(mode, owner, group, user, is_open):
    found = os.stat_result((mode, 0, 0, 1, owner, group, 0, 0, 0, 0))
    assert open_to_others(found, user) is is_open


def keys_status(environment):
    return subprocess.run(
        [sys.executable, "-c", "from bots.cli import main; main()", "keys", "status"],
        env=environment, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def shown(error):
    """All that a log could print of an error, its causes and its local variables' names too."""
    return "".join(traceback.format_exception(error))
