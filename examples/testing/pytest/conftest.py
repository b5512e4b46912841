"""A gateway of the tests' own. Any language can do this: start it in test mode, read where it is, ask /test over HTTP."""

import json
import os
import secrets
import subprocess
import urllib.error
import urllib.request

import pytest

# `npx gatehouse` where it is installed.
GATEHOUSE = os.environ.get("GATEHOUSE_PROGRAM", "npx gatehouse").split()


def ask(method, url, body=None, token=None):
    """Status and JSON of an answer."""
    headers = {"content-type": "application/json", **({"authorization": f"Bearer {token}"} if token else {})}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


class Gateway:
    def __init__(self, places):
        self.url = places["rest"].removesuffix("/v1")
        self.test_url = places["test"]

    def user(self, **wishes):
        return ask("POST", f"{self.test_url}/users", wishes)[1]["users"][0]

    def advance(self, seconds):
        return ask("PUT", f"{self.test_url}/clock", {"advanceSeconds": seconds})[1]

    def mail_to(self, address, kind):
        return ask("GET", f"{self.test_url}/mails?to={address}&kind={kind}&waitSeconds=5")[1]["mails"][0]

    def reset(self):
        ask("POST", f"{self.test_url}/reset")


@pytest.fixture(scope="session")
def running(tmp_path_factory):
    settings = {
        "AUTH_TEST_MODE": "on",
        "AUTH_TEST_PORT": "0",
        "PORT": "0",
        "AUTH_DEMO_USER": "off",
        "AUTH_BCRYPT_COST": "10",
        "AUTH_SECRET": secrets.token_urlsafe(48),
        "DATABASE_URL": f"file:{tmp_path_factory.mktemp('gatehouse')}/test.db",
    }
    process = subprocess.Popen(
        [*GATEHOUSE, "start", "--json"], env={**os.environ, **settings}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    text = ""
    for line in process.stdout:  # one JSON value, when it is ready
        text += line
        if line.rstrip() == "}":
            break
    yield Gateway(json.loads(text))
    process.terminate()
    process.wait()


@pytest.fixture
def gateway(running):
    """The same for every test, and empty for each."""
    running.reset()
    return running
