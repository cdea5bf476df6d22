"""Strawberry's view for whatever isn't spliced, with this project's context, masking and media types."""

from typing import Any

import asyncpg
import orjson
from cross_web import HTTPException
from graphql import GraphQLError
from starlette.requests import Request as HTTPRequest
from starlette.responses import Response
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse
from strawberry.schema import BaseSchema
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from schema.compiler import limits
from schema.requests import Request
from schema.web import http
from schema.web.http import HTTPRefusal, Receive, Scope, Send
from services.core.logs import log_failure


class View(GraphQL[Request, None]):
    """GraphQL over HTTP by Strawberry."""

    def __init__(self, schema: BaseSchema) -> None:
        super().__init__(schema, subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. HTTPRefusal where it isn't allowed, such as a mutation by GET."""
        try:
            response = await self.run(HTTPRequest(scope, receive))
        except HTTPException as refused:
            raise HTTPRefusal(refused.status_code, "BAD_REQUEST", refused.reason) from refused
        if response.media_type == "text/html":
            await response(scope, receive, send)
            return
        kind = http.media_type(dict(scope["headers"]))
        # A request that wasn't executed is a client's error, where the media type can say so.
        status = 400 if scope.get("confed.refused") and kind == http.GRAPHQL_JSON else response.status_code
        await http.respond(send, status, kind, bytes(response.body))

    async def get_context(self, request: Any, response: Any) -> Any:
        """The request that the endpoint made; a page needs none."""
        return request.scope.get("confed.request")

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
                request.scope["confed.refused"] = True
        spent = request.scope["confed.request"].spent
        answer["extensions"] = {"cost": {"spent": spent, "left": max(0, limits.MAXIMUM_COST - spent)}}
        return answer

    def create_response(self, response_data: Any, sub_response: Response) -> Response:
        """The answer as JSON; `__call__` gives it its media type."""
        return Response(self.encode_json(response_data), media_type="application/json")


def _told(error: GraphQLError) -> Any:
    """An error of the request as it is; an error of ours as an identifier that the log has too."""
    cause = error.original_error
    if cause is None or isinstance(cause, GraphQLError):
        told = error.formatted
        told.setdefault("extensions", {}).setdefault("code", "BAD_REQUEST")
        return told
    if isinstance(cause, asyncpg.DataError | UnicodeEncodeError):
        # What PostgreSQL can't hold, such as a NUL in a text or a year beyond its calendar.
        told = GraphQLError("A value here can't be stored or compared with.", error.nodes, path=error.path).formatted
        told["extensions"] = {"code": "INVALID_INPUT"}
        return told
    correlation = log_failure(f"a field failed at {error.path}", cause)
    masked = GraphQLError(
        "Something went wrong here; the correlation id finds it in the log.",
        path=error.path,
        extensions={"code": "INTERNAL", "correlation": correlation},
    )
    return masked.formatted
