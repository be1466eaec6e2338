"""Stands in for FastAPI, which the examples name and the tests do not need: it only remembers the handlers."""


class FastAPI:
    def __init__(self, lifespan):
        self.handlers = {}
        self.lifespan = lifespan

    def post(self, path):
        def keep(handler):
            self.handlers[path] = handler
            return handler

        return keep
