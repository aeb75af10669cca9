"""Bytes that are no HTTP, or may be read in two ways."""

from tests.serving.rest.asking import ONE, PREDICT

POST = b"POST " + PREDICT.encode() + b" HTTP/1.1\r\nHost: x\r\n"
BAD_HTTP = {
    "garbage": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 garbage\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "no version": b"GET /\r\n\r\n",
    "long line": b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "long header": b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 1000 + b"\r\n",
    "two lengths": POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
    "length and chunks": (
        POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    ),
    "negative length": POST + b"Content-Length: -1\r\n\r\n",
    "no length": POST + b"Content-Length: ten\r\n\r\n",
    "space before colon": b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
    "folded header": b"GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n",
    "zero in header": b"GET / HTTP/1.1\r\nHost: x\r\nX: \x00\r\n\r\n",
}


def test_what_is_no_http_is_answered_with_4xx_and_harms_nobody(run, caplog):
    async def test(at):
        for name, content in BAD_HTTP.items():
            client = await at.connect()
            client.send(content)
            status, _, answer = await client.answer()
            assert 400 <= status < 500, name
            assert answer["error"], name
            client.writer.close()
        chunks = await at.connect()
        chunks.send(POST + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n{}\r\n")
        assert (await chunks.answer())[0] == 400
        client = await at.connect()
        client.post(ONE)
        assert (await client.answer())[0] == 200

    run(test)
    assert not [one for one in caplog.records if one.name != "tensorflow"]
