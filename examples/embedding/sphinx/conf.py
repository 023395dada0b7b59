project = "Figures in Sphinx"
html_copy_source = False
# Scripts are sought in _static/; the lab's folder lies beside it.
html_js_files = [("../quorumscope/embed.js", {"type": "module"})]
