"""The site as static files: where each address lies on disk, what leads where, and the folder itself.

Pure but for `folder`. `canopy.exporting` is the command that drives it. It must not know git or HTTP servers'
inner life, only what any of them does with a folder: a path is the file of that name, or `index.html` in it.
"""
