"""HTTP as a client without a library of its own would send it."""

import http.client
import json

POSE = [[float(10 * joint), float(5 * joint)] for joint in range(17)]
"""A person; version 1 of the tiny model answers with x as depth."""

LIFTED = [[x, y, x] for x, y in POSE]
CONFIDENCE = [1.0] * 17
PREDICT = "/v1/models/lifter:predict"
ONE = json.dumps({"instances": [POSE]}).encode()
SLOW = json.dumps({"signature_name": "slow", "instances": [POSE]}).encode()
"""Half a second of work."""


def ask(address, path, body=None, method=None, **headers):
    """Status and content, as JSON, of one request on a connection of its own."""
    connection = http.client.HTTPConnection(address, timeout=20)
    try:
        return ask_on(connection, path, body, method, **headers)[:2]
    finally:
        connection.close()


def ask_on(connection, path, body=None, method=None, **headers):
    """Status, content and headers of one request on a connection that stays open."""
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
    method = method or ("GET" if body is None else "POST")
    names = {name.replace("_", "-"): text for name, text in headers.items()}
    connection.request(method, path, body, names)
    answer = connection.getresponse()
    assert answer.headers["Content-Type"] == "application/json"
    return answer.status, strict(answer.read()), answer.headers


def strict(content):
    """JSON by its standard: without NaN and Infinity."""

    def refuse(token):
        raise AssertionError(f"{token} is no JSON")

    return json.loads(content, parse_constant=refuse) if content else None
