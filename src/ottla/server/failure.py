"""How a whole request fails, in the words of its own response."""

from typing import Any

from ottla.model.errors import ApiError
from ottla.server.api import Api


def failed_response(api: Api, request: Any, error: ApiError) -> Any:
    """The response of `api` with `error` at its top. APIs that answer per item translate errors."""
    fields = api.response.__slots__
    assert "error_code" in fields, f"{api.name} answers per item, so its handler must not raise"
    response = api.response(error_code=error.code)
    if "error_message" in fields and error.message is not None:
        response.error_message = error.message
    return response
