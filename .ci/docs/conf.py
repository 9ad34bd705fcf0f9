"""How Sphinx builds the site (`make docs`)."""

from pathlib import Path

project = "puq_zimbra"
html_title = "puq_zimbra"
extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence"]
#: links to a heading, as GitHub has them
myst_heading_anchors = 4
html_theme = "furo"
html_copy_source = False
html_show_sphinx = False
nitpicky = True
html_search_scorer = str(Path(__file__).parent / "scorer.js")
