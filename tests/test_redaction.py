import pytest

from kubeskeptic.redaction import REDACTED, redact, text

CANARY = "c4n4ryc4n4ryc4n4ry"


@pytest.mark.parametrize(
    "secret",
    [
        f"Authorization: Bearer {CANARY}",
        f"--token={CANARY}",
        f"password: {CANARY}",
        f'"client-key-data": "{CANARY}"',
        f"https://user:{CANARY}@example.test/path",
        f"-----BEGIN RSA PRIVATE KEY-----\n{CANARY}\n-----END RSA PRIVATE KEY-----",
        f"eyJhbGciOiJSUzI1NiJ9.{CANARY}.{CANARY}",
        f"MY_API_KEY={CANARY}",
    ],
)
def test_what_has_the_shape_of_a_secret_goes(secret: str) -> None:
    assert CANARY not in text(f"before {secret} after")
    assert REDACTED in text(secret)


@pytest.mark.parametrize(
    "name", ["token", "password", "db-password", "apiKey", "client-certificate-data", "private_key"]
)
def test_what_has_the_name_of_a_secret_goes(name: str) -> None:
    assert redact({name: CANARY}) == {name: REDACTED}


def test_a_kubernetes_secret_loses_its_data_and_keeps_its_name() -> None:
    secret = {"kind": "Secret", "metadata": {"name": "db"}, "data": {"x": CANARY}, "stringData": {"y": CANARY}}
    assert redact([{"item": secret}]) == [{"item": secret | {"data": REDACTED, "stringData": REDACTED}}]


@pytest.mark.parametrize(
    "harmless",
    [
        {"automountServiceAccountToken": True},
        {"secretName": "db"},
        {"why": "10 requests failed on kubeskeptic-worker2; allowed are 3 s"},
        {"name": "web-7d4b9c6f5d-x2x8z"},
        {"tick": [1, 2, 3]},
        {"image": "kubeskeptic/agent:0a1b2c3d4e5f"},
    ],
)
def test_what_is_no_secret_stays(harmless: dict[str, object]) -> None:
    assert redact(harmless) == harmless
