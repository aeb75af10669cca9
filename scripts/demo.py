"""Serves the phone demo; builds it before, where that has not been done.

python scripts/demo.py
"""

import argparse
import sys
from pathlib import Path

import _demo_server

DEMO = Path(__file__).resolve().parents[1] / "demo"


def parse(argv: list[str] | None = None) -> argparse.Namespace:
    """The flags."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on; 0.0.0.0 answers phones, too")
    add("--port", type=int, default=8080, help="port; 0: a free one, which is printed")
    add("--certificate", default="", help="PEM file; with it the server speaks HTTPS")
    add("--key", default="", help="the certificate's private key, a PEM file")
    add("--build", action="store_true", help="build the demo even if that has been done")
    return parser.parse_args(argv)


def main() -> None:
    """Flags to a server, its address to the terminal."""
    flags = parse()
    try:
        context = _demo_server.tls(flags.certificate, flags.key)  # before minutes of building
        dist = _demo_server.build(DEMO, flags.build)
        server = _demo_server.serve(dist, flags.host, flags.port, context)
        with server:
            scheme = "https" if context else "http"
            shown = "localhost" if flags.host in ("127.0.0.1", "0.0.0.0") else flags.host
            print(
                f"The demo is at {scheme}://{shown}:{server.server_port}/; Ctrl-C ends it.",
                flush=True,
            )
            server.serve_forever()
    except _demo_server.DemoError as error:
        print(f"{sys.argv[0]}: error: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
