"""The second stage: a student learns from lifted poses."""
