"""Interaction in notebooks: what `tf.explore(x)` opens. Nothing here computes what is shown.

Each topic has a module `widgets/<topic>.py` with `widget(x, **options)`, an ES module
`static/<name>.js` written by hand, and its model, text and SVG in `tftutor.inspection.<topic>`.
The widget libraries are imported by `base.py` alone, and only when a widget is made.
"""
