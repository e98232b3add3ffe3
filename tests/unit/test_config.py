"""How settings are read: the order of their places, and what a person is told when one is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from canopy.config import Settings, load, secret_fields
from canopy.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def complaints(
    flags: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
    config: Path | None = None,
    **others: object,
) -> list[str]:
    """Return the lines of the error that these settings raise."""
    with pytest.raises(ConfigError) as caught:
        load(flags or {}, environ or {}, config, **others)  # type: ignore[arg-type]
    return str(caught.value).splitlines()


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    """Return the path of a settings file that a test will write."""
    return tmp_path / "canopy.toml"


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """Return an empty folder like /run/secrets."""
    folder = tmp_path / "secrets"
    folder.mkdir()
    return folder


class TestPlaces:
    def test_defaults_need_nothing(self) -> None:
        """Without any setting, the defaults hold."""
        assert load({}, {}).port == 8080

    def test_file_beats_default(self, toml: Path) -> None:
        """A key of the file replaces the default."""
        toml.write_text("port = 1")
        assert load({}, {}, toml).port == 1

    def test_secret_file_beats_file(self, toml: Path, secrets: Path) -> None:
        """A file in /run/secrets replaces a key of the file; the line feed at its end is no part of it."""
        toml.write_text("password = 'of the file'")
        (secrets / "canopy_password").write_text("of the secret\n")
        assert load({}, {}, toml, secrets=secrets).password.get_secret_value() == "of the secret"

    def test_variable_beats_secret_file(self, secrets: Path) -> None:
        """A variable of the environment replaces a secret file."""
        (secrets / "canopy_password").write_text("of the secret")
        settings = load({}, {"CANOPY_PASSWORD": "of the variable"}, secrets=secrets)
        assert settings.password.get_secret_value() == "of the variable"

    def test_flag_beats_variable(self, toml: Path) -> None:
        """A flag replaces them all."""
        toml.write_text("port = 1")
        assert load({"port": "3"}, {"CANOPY_PORT": "2"}, toml).port == 3

    def test_only_the_given_environment_counts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The environment is what the caller passes, never what the process happens to have."""
        monkeypatch.setenv("CANOPY_PORT", "1")
        assert load({}, {}).port == 8080
        assert Settings().port == 8080

    def test_empty_variable_is_not_set(self, toml: Path) -> None:
        """An empty variable, as compose files make them, leaves the other places in force."""
        toml.write_text("port = 1")
        assert load({}, {"CANOPY_PORT": "", "CANOPY_HOST": ""}, toml).port == 1

    def test_variable_that_names_the_file_is_no_setting(self) -> None:
        """CANOPY_CONFIG is known, though it is not a setting."""
        assert load({}, {"CANOPY_CONFIG": "x"}) == load({}, {})

    def test_addresses_that_kubernetes_adds_are_ignored(self) -> None:
        """In a cluster with a service named "canopy", its injected addresses are not taken for settings."""
        environ = {
            "CANOPY_SERVICE_HOST": "10.0.0.1",
            "CANOPY_SERVICE_PORT": "80",
            "CANOPY_SERVICE_PORT_HTTP": "80",
            "CANOPY_PORT": "tcp://10.0.0.1:80",
            "CANOPY_PORT_80_TCP_ADDR": "10.0.0.1",
        }
        assert load({}, environ).port == 8080

    def test_byte_order_mark(self, toml: Path) -> None:
        """A file that an editor of Windows saved is read like any other."""
        toml.write_bytes(b"\xef\xbb\xbfport = 1\r\n")
        assert load({}, {}, toml).port == 1


class TestForms:
    @pytest.mark.parametrize(
        ("written", "seconds"),
        [("30", 30), ("30s", 30), ("1.5h", 5400), ("5 m", 300), ("250ms", 0.25), ("1d", 86400), (2, 2)],
    )
    def test_times(self, written: object, seconds: float) -> None:
        """A time is a number of seconds, or has a unit."""
        assert load({"interval": written}, {}).interval == seconds

    @pytest.mark.parametrize(
        ("written", "size"), [("5", 5), ("5B", 5), ("1k", 1024), ("64MB", 2**26), ("1GiB", 2**30), (7, 7)]
    )
    def test_sizes(self, written: object, size: int) -> None:
        """A size is a number of bytes, or has a unit."""
        assert load({"max_file": written}, {}).max_file == size

    def test_words(self, toml: Path) -> None:
        """Several words are a list in the file, and have commas between them elsewhere."""
        toml.write_text("allowed_hosts = ['a', 'b']")
        assert load({}, {}, toml).allowed_hosts == ("a", "b")
        assert load({}, {"CANOPY_ALLOWED_HOSTS": "a, b,"}).allowed_hosts == ("a", "b")

    def test_home(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """`~` in a path is the home directory, though no shell has read the file."""
        monkeypatch.setenv("HOME", str(tmp_path))
        assert load({"data": "~/notes"}, {}).data == tmp_path / "notes"

    def test_data_is_a_whole_path(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A relative data directory is told whole, so that what is printed can be cloned from anywhere."""
        monkeypatch.chdir(tmp_path)
        assert load({"data": "notes"}, {}).data == tmp_path / "notes"

    def test_base_url_has_no_slash_at_its_end(self) -> None:
        """Two ways to write the readers' address are one."""
        assert load({"base_url": "https://a.example/n/"}, {}).base_url == "https://a.example/n"

    def test_root_is_a_plain_folder(self) -> None:
        """Slashes around a folder's name do not matter."""
        assert load({"root": "/docs/notes/"}, {}).root == "docs/notes"


WRONG = [
    ("port", "http", "write a whole number"),
    ("port", True, "write a whole number"),
    ("port", 80.5, "write a whole number"),
    ("port", 70000, "must be less than or equal to 65535"),
    ("workers", -1, "must be greater than or equal to 0"),
    ("interval", "soon", "write a time like 30, '30s', '5m' or '1h'"),
    ("interval", 0, "must be greater than 0"),
    ("interval", float("inf"), "write a time that ends"),
    ("max_file", "big", "write a size in bytes, or like '64MB'"),
    ("access_log", "perhaps", "write true or false"),
    ("access_log", [], "write true or false"),
    ("title", 5, "write it as text, in quotes"),
    ("password", 5, "write it as text, in quotes"),
    ("data", 5, "write a path, in quotes"),
    ("data", "", "write a path"),
    ("host", "", "write the address to listen on, like 127.0.0.1, or 0.0.0.0 for all"),
    ("allowed_hosts", 5, "write a list like ['one', 'two'], or words with commas between them"),
    ("allowed_hosts", [5], "write it as text, in quotes"),
    ("history", "some", "write 'full' or 'none'"),
    ("log_level", "loud", "write 'debug', 'info', 'warning' or 'error'"),
    ("base_url", "notes.example.org", "write the whole address that readers use"),
    ("base_url", "https://me:secret@notes.example.org", "write the whole address that readers use"),
    ("base_url", "https://notes.example.org:abc", "its port is no number"),
    ("base_url", "https://notes.example.org/?a=b", "it has a query or a fragment"),
    ("base_url", "https://notes example.org", "it has a space"),
    ("hook", "push", "write a path like /push"),
    ("hook", "/-/push", "those below /-/ are taken"),
    ("root", "a/../b", "without . or .."),
    ("ssh_host_key", "SHA256:short", "write SHA256: and 43 characters"),
    ("ssh_key", "/no/such/file", "there is no file /no/such/file; write the path of one"),
    ("ssh_key", 5, "write a path, in quotes"),
]


class TestErrors:
    @pytest.mark.parametrize(("name", "value", "cure"), WRONG)
    def test_wrong_value_is_told_with_its_cure(self, name: str, value: object, cure: str) -> None:
        """Each wrong value makes one line: where it came from, and what to write instead."""
        (line,) = complaints({name: value})
        assert line.startswith(f"--{name.replace('_', '-')}: ")
        assert cure in line
        assert "Input" not in line

    def test_every_wrong_setting_is_told_at_once(self, toml: Path, secrets: Path) -> None:
        """Errors of all places come together, each with its place: flag, variable, secret, file and line."""
        toml.write_text("# notes\ntitle = 5\nintervall = 80\n\ncache = 'much'\n")
        (secrets / "canopy_trust").write_text("blind")
        found = complaints(
            {"interval": "soon"}, {"CANOPY_WORKERS": "many", "CANOPY_BRANHC": "x"}, toml, secrets=secrets
        )
        assert sorted(found) == sorted(
            [
                "--interval: write a time like 30, '30s', '5m' or '1h'",
                "CANOPY_BRANHC: no setting has this name; did you mean CANOPY_BRANCH?",
                "CANOPY_WORKERS: write a whole number",
                f"{secrets}/canopy_trust: write 'sanitised' or 'trusted'",
                f"{toml}:2: title: write it as text, in quotes",
                f"{toml}:3: intervall: no setting has this name; did you mean interval?",
                f"{toml}:5: cache: write a size in bytes, or like '64MB'",
            ]
        )

    def test_the_place_is_that_of_the_value_in_force(self, toml: Path) -> None:
        """A wrong value that another replaces is nobody's business."""
        toml.write_text("port = 'x'")
        assert load({}, {"CANOPY_PORT": "1"}, toml).port == 1
        assert complaints({"port": "y"}, {"CANOPY_PORT": "z"}, toml) == ["--port: write a whole number"]

    def test_misspelt_variable_without_a_neighbour(self) -> None:
        """A name that resembles none is sent to the list of all."""
        (line,) = complaints({}, {"CANOPY_QQQQQQ": "1"})
        assert line == "CANOPY_QQQQQQ: no setting has this name; see config.example.toml for all of them"

    def test_variable_in_small_letters(self) -> None:
        """A variable in the wrong case would be ignored in silence; it is told instead."""
        (line,) = complaints({}, {"canopy_port": "1"})
        assert line == "canopy_port: no setting has this name; did you mean CANOPY_PORT?"

    def test_other_variables_are_none_of_ours(self) -> None:
        """Only variables that begin with CANOPY_ are looked at."""
        assert load({}, {"CANOPYPORT": "1", "PORT": "2"}).port == 8080

    def test_table_in_the_file(self, toml: Path) -> None:
        """A table is a misspelt key, told with the line of its header."""
        toml.write_text("port = 1\n\n[server]\nport = 2\n")
        (line,) = complaints({}, {}, toml)
        assert line.startswith(f"{toml}:3: server: no setting has this name")

    def test_missing_file(self, toml: Path) -> None:
        """A file that was named and is not there is an error, beside the others."""
        assert complaints({"port": "x"}, {}, toml) == [
            f"{toml}: there is no such file; name the settings file that you have",
            "--port: write a whole number",
        ]

    def test_file_that_is_a_folder(self, tmp_path: Path) -> None:
        """A file that cannot be read is told as such."""
        (line,) = complaints({}, {}, tmp_path)
        assert line.startswith(f"{tmp_path}: cannot be read: ")

    def test_broken_file(self, toml: Path) -> None:
        """A file that is not TOML is told with the parser's line."""
        toml.write_text("port = 1\ntitle = Notes\n")
        (line,) = complaints({}, {}, toml)
        assert line.startswith(f"{toml}: is not TOML: ")
        assert "line 2" in line

    def test_file_in_another_encoding(self, toml: Path) -> None:
        """A file that is not UTF-8 is told as such."""
        toml.write_bytes(b"title = 'Caf\xe9'")
        assert complaints({}, {}, toml) == [f"{toml}: is not UTF-8; save it as that"]

    def test_key_that_cannot_be_read(self, tmp_path: Path) -> None:
        """A key that cannot be read is told before anything connects."""
        (line,) = complaints({"ssh_key": str(tmp_path)})
        assert line.startswith(f"--ssh-key: {tmp_path} cannot be read: Is a directory")

    def test_rules_of_other_rooms(self) -> None:
        """What another room knows about a setting is told with the same place, at the same time."""

        def refuse(_: object) -> None:
            raise ConfigError("is not a remote")

        assert complaints({"remote": "x", "port": "y"}, rules={"remote": refuse}) == [
            "--port: write a whole number",
            "--remote: is not a remote",
        ]
        assert load({}, {}, rules={"remote": refuse}).remote == ""

    def test_https_needs_its_files(self) -> None:
        """HTTPS without a certificate is an error, not a surprise at the first request."""
        assert complaints({"tls_port": 8443}) == [
            "--tls-port: HTTPS needs tls_certificate and tls_key as well"
        ]

    def test_https_files_need_a_port(self, tmp_path: Path) -> None:
        """A certificate without a port would leave the site on plain HTTP in silence."""
        pem = tmp_path / "a.pem"
        pem.touch()
        (line,) = complaints({"tls_certificate": str(pem), "tls_key": str(pem)})
        assert line == "--tls-certificate: is of no use without tls_port; set that as well"

    def test_https_needs_a_port_of_its_own(self, tmp_path: Path) -> None:
        """Plain HTTP and HTTPS cannot share a port."""
        pem = tmp_path / "a.pem"
        pem.touch()
        flags = {"tls_certificate": str(pem), "tls_key": str(pem), "tls_port": 8080}
        assert complaints(flags)[0].startswith("--tls-port: is the same as port")

    def test_wrong_file_is_told_once(self) -> None:
        """A contradiction that follows from another error is not told again."""
        assert len(complaints({"tls_port": 1, "tls_certificate": "/no", "tls_key": "/no"})) == 2


class TestSecrets:
    CANARY = "hunter2-canary"

    def test_names(self) -> None:
        """These are the settings that must never be shown."""
        assert secret_fields() == {"mirror_password", "password", "status_token", "webhook_secret"}

    def test_text_of_settings_shows_none(self) -> None:
        """Neither form of the settings' text shows a secret, nor the remote, whose URL may hold one."""
        settings = Settings(
            password=self.CANARY,  # type: ignore[arg-type]
            status_token=self.CANARY,  # type: ignore[arg-type]
            webhook_secret=self.CANARY,  # type: ignore[arg-type]
            remote=f"https://me:{self.CANARY}@example.org/notes.git",
        )
        assert self.CANARY not in repr(settings) + str(settings)

    def test_errors_show_none(self, toml: Path, secrets: Path) -> None:
        """No error repeats a secret's value, nor does anything in its chain of causes."""
        toml.write_text(f"password = ['{self.CANARY}']\n")
        (secrets / "canopy_status_token").write_bytes(self.CANARY.encode() + b"\xff")
        with pytest.raises(ConfigError) as caught:
            load({}, {"CANOPY_PASWORD": self.CANARY}, toml, secrets=secrets)
        error: BaseException | None = caught.value
        assert len(str(error).splitlines()) == 3
        while error is not None:
            assert self.CANARY not in repr(error) + str(error)
            error = error.__cause__ or error.__context__

    def test_settings_do_not_change(self) -> None:
        """Settings are a value: nobody changes them after they are read."""
        with pytest.raises(ValueError, match="frozen"):
            Settings().port = 1  # type: ignore[misc]
