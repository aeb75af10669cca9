"""Clips: the tools with which activities are written."""
