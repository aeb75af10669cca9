"""`python -m posenet3d`, which is the command `posenet3d`."""

from posenet3d.cli.main import main

if __name__ == "__main__":
    main()
