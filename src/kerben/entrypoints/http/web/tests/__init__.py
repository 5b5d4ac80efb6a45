"""Tests of the web client's serving."""
