"""Readers of tables: CSV, and data frames of pandas."""
