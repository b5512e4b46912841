"""A lost password, with requests. GATEHOUSE=http://localhost:4000 python3 examples/python/recovery.py kate@example.com

Asks for the code of the mail, and for the new password. In development the mail is in data/mail, and at http://localhost:4000/mailbox.
"""

import os
import sys

import requests

gatehouse = os.environ.get("GATEHOUSE", "http://localhost:4000")

# The answer is the same whether or not the address has an account.
sent = requests.post(f"{gatehouse}/v1/password-reset", json={"email": sys.argv[1]}, timeout=10)
sent.raise_for_status()
attempt = sent.json()["attempt"]

while True:
    answer = requests.put(
        f"{gatehouse}/v1/password-reset",
        json={"attempt": attempt, "code": input("the code of the mail: "), "new_password": input("the new password: ")},
        timeout=10,
    )
    print()
    problem = answer.json()
    if answer.status_code == 200:
        print("done,", problem["ended_sessions"], "sessions have ended")
        break
    print(problem["code"], problem.get("issues") or f"tries left: {problem.get('tries_left')}")
    if problem["code"] == "INVALID_CODE" and not problem.get("tries_left"):
        sys.exit(1)  # the link of the mail still works, or ask again
