project = "Figures in Sphinx"
# The lab's built folder lies beside this file: lab/ is a copy of dist/.
html_extra_path = ["extra"]
html_js_files = [("../lab/embed.js", {"type": "module"})]
