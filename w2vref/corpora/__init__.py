"""Readers of text, and the corpus encoded as word ids."""
