"""The git room: the only door to dulwich. It must not know markdown or HTTP serving."""
