"""Umweg."""
