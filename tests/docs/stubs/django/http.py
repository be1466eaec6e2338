"""The one name of Django that the examples use."""


class JsonResponse(dict):
    pass
