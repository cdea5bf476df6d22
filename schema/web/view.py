"""Strawberry's view for whatever isn't spliced, with this project's context, limits, masking and media types."""

import logging
from typing import Any
from uuid import uuid4

import orjson
from graphql import GraphQLError
from starlette.requests import Request as HTTPRequest
from starlette.responses import Response
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse
from strawberry.schema import BaseSchema
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from schema.compiler import limits
from schema.requests import Request

log = logging.getLogger("confed.graphql")

GRAPHQL_JSON = "application/graphql-response+json"


class View(GraphQL[Request, None]):
    """GraphQL over HTTP by Strawberry."""

    def __init__(self, schema: BaseSchema) -> None:
        super().__init__(schema, subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,))

    async def get_context(self, request: Any, response: Any) -> Request:
        """The request that the endpoint made."""
        made: Request = request.scope["confed.request"]
        return made

    def encode_json(self, data: object) -> bytes:
        """By the same library as everywhere."""
        return orjson.dumps(data)

    async def process_result(self, request: HTTPRequest, result: Any) -> GraphQLHTTPResponse:
        """The result with what was unexpected masked, and with its cost."""
        answer: GraphQLHTTPResponse = {"data": result.data}
        if result.errors:
            answer["errors"] = [_told(error) for error in result.errors]
            if result.data is None and all(error.path is None for error in result.errors):
                del answer["data"]
        spent = request.scope["confed.request"].spent
        answer["extensions"] = {"cost": {"spent": spent, "left": max(0, limits.MAXIMUM_COST - spent)}}
        request.scope["confed.failed"] = "data" not in answer
        return answer

    def create_response(self, response_data: Any, sub_response: Response) -> Response:
        """As JSON; the endpoint's media type is set in `__call__`."""
        return super().create_response(response_data, sub_response)


def _told(error: GraphQLError) -> Any:
    """An error of the request as it is; an error of ours as an identifier that the log has too."""
    if error.original_error is None or isinstance(error.original_error, GraphQLError):
        told = error.formatted
        told.setdefault("extensions", {}).setdefault("code", "BAD_REQUEST")
        return told
    correlation = uuid4().hex
    log.error("request failed, correlation %s", correlation, exc_info=error.original_error)
    masked = GraphQLError(
        "Something went wrong here; the correlation id finds it in the log.",
        path=error.path,
        extensions={"code": "INTERNAL", "correlation": correlation},
    )
    return masked.formatted
