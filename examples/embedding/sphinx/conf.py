project = "Figures in Sphinx"
html_static_path = ["_static"]
html_css_files = ["figures.css"]
# Scripts are sought in _static/; the lab's folder lies beside it.
html_js_files = [("../quorumscope/embed.js", {"type": "module"})]
html_copy_source = False
