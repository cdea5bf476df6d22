"""Strawberry's view for everything that isn't spliced, with this project's context, masking and media types."""

from typing import Any

import orjson
from cross_web import HTTPException
from starlette.requests import Request as HTTPRequest
from starlette.responses import Response
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse
from strawberry.schema import BaseSchema
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from schema.compiler.measure import MAXIMUM_COST
from schema.reading.requests import Request, Seen
from schema.web.graphql import http
from schema.web.graphql.actors import Misdirected
from schema.web.graphql.errors import codes_of, formatted_error
from schema.web.graphql.http import HTTPRefusal, Receive, Scope, Send


class View(GraphQL[Request, None]):
    """GraphQL over HTTP by Strawberry."""

    def __init__(self, schema: BaseSchema) -> None:
        super().__init__(schema, subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request. Raise HTTPRefusal if it isn't allowed, such as a mutation by GET."""
        try:
            response = await self.run(HTTPRequest(scope, receive))
        except HTTPException as refused:
            if isinstance(refused.__cause__, InvalidOperationTypeError):
                raise http.not_allowed("Use POST for a mutation.", b"POST") from refused
            raise HTTPRefusal(refused.status_code, "BAD_REQUEST", refused.reason) from refused
        if response.media_type == "text/html":
            await response(scope, receive, send)
            return
        kind = http.media_type(dict(scope["headers"]))
        # A request that wasn't executed is a client's error, if the media type can express that.
        status = 400 if scope.get("confed.refused") and kind == http.GRAPHQL_JSON else response.status_code
        await http.respond(send, status, kind, bytes(response.body))

    async def get_context(self, request: Any, response: Any) -> Any:
        """Return the request that the endpoint created; a page needs none."""
        return request.scope.get("confed.request")

    def encode_json(self, data: object) -> bytes:
        """Encode with the same library as everywhere else."""
        return orjson.dumps(data)

    async def process_result(self, request: HTTPRequest, result: Any) -> GraphQLHTTPResponse:
        """Return the result with internal errors masked, and with its cost. Raise Misdirected if the credentials are no
        longer valid.
        """
        answer: GraphQLHTTPResponse = {"data": result.data}
        if result.errors:
            for error in result.errors:
                if isinstance(error.original_error, Misdirected):
                    raise error.original_error  # the credentials became invalid during the request
            errors = [formatted_error(error) for error in result.errors]
            answer["errors"] = list(errors)
            seen: Seen = request.scope["confed.request"].seen
            seen.codes += codes_of(errors)
            if result.data is None and all(error.path is None for error in result.errors):
                del answer["data"]
                request.scope["confed.refused"] = True
        graphql_request: Request = request.scope["confed.request"]
        graphql_request.settle()
        cost: dict[str, Any] = {"spent": graphql_request.spent, "left": max(0, MAXIMUM_COST - graphql_request.spent)}
        if graphql_request.left is not None and request.method == "POST" and "data" in answer:
            cost["hour"] = {"left": graphql_request.left[0], "restoredIn": graphql_request.left[1]}
        answer["extensions"] = {"cost": cost}
        return answer

    def create_response(self, response_data: Any, sub_response: Response) -> Response:
        """Return the answer as JSON; `__call__` sets its media type."""
        return Response(self.encode_json(response_data), media_type="application/json")
