"""The settings of a run: frozen dataclasses, each field a flag of scripts/train.py."""
