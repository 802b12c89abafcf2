"""Sphinx configuration; `nox -s docs` builds the pages with warnings as errors."""

project = "w2vref"
author = "the w2vref authors"
copyright = "2026, the w2vref authors"

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build", "examples"]  # examples are shown by the pages that include them
nitpicky = True

# Headings can be linked to as page.md#heading.
myst_heading_anchors = 3
myst_enable_extensions = ["deflist"]

html_theme = "furo"
html_title = "w2vref"
# Code highlighting that stays readable in both colour schemes.
pygments_style = "friendly"
pygments_dark_style = "native"
