"""Call a hook.

python call.py http://127.0.0.1:7410 SECRET_FILE EVENT <body.json
"""

import base64
import hashlib
import hmac
import secrets
import sys
import time
import urllib.error
import urllib.request


def signature(key: bytes, identity: str, timestamp: str, body: bytes) -> str:
    """Sign a request, or an answer."""
    signed = b".".join((identity.encode(), timestamp.encode(), body))
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def call(address: str, key: bytes, event: str, body: bytes) -> bytes:
    """Send a signed request; give the answer if it is signed, too."""
    identity, now = "msg_" + secrets.token_hex(16), str(int(time.time()))
    headers = {
        "content-type": "application/json",
        "webhook-id": identity,
        "webhook-timestamp": now,
        "webhook-signature": signature(key, identity, now, body),
    }
    request = urllib.request.Request(f"{address}/v1/hook/plain/{event}", body, headers)
    try:
        answer = urllib.request.urlopen(request, timeout=60)
    except urllib.error.HTTPError as error:  # a refusal is an answer, too
        answer = error
    with answer:
        told = answer.read()
        at, signed = answer.headers["webhook-timestamp"], answer.headers["webhook-signature"]
    right = signature(key, identity, at or "", told)
    if not any(hmac.compare_digest(right, one) for one in (signed or "").split()):
        sys.exit("The answer is not signed with our secret: believe nothing of it.")
    return told


if __name__ == "__main__":
    with open(sys.argv[2], encoding="ascii") as file:
        secret = file.readline().split("whsec_")[1]
    given = sys.stdin.buffer.read()
    print(call(sys.argv[1], base64.b64decode(secret), sys.argv[3], given).decode())
