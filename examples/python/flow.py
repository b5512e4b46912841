"""Registers, changes the profile and logs out, with requests. GATEHOUSE=http://localhost:4000 python3 examples/python/flow.py"""

import os
import time

import requests

gatehouse = os.environ.get("GATEHOUSE", "http://localhost:4000")
name = f"kate-{time.time_ns()}"

session = requests.Session()
answer = session.post(
    f"{gatehouse}/v1/register",
    json={"username": name, "email": f"{name}@example.com", "password": "a quiet garden gate"},
    timeout=10,
)
answer.raise_for_status()
session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

profile = session.patch(f"{gatehouse}/v1/profile", json={"name": "Kate Example"}, timeout=10).json()
print(profile["username"] == name, profile["name"])

refused = session.patch(f"{gatehouse}/v1/profile", json={"locale": "not a locale"}, timeout=10)
problem = refused.json()
print(refused.status_code, problem["code"], problem["issues"][0]["path"])

print(len(session.get(f"{gatehouse}/v1/sessions", timeout=10).json()["sessions"]), "session")
print(session.post(f"{gatehouse}/v1/logout", timeout=10).json())
