"""The command `posenet3d serve`; `--help` says what it does."""

from posenet3d.cli.main import run

if __name__ == "__main__":
    run("serve")
