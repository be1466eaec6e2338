"""The openai SDK's client, shared by the Chat and the Responses API, and by Gemini, which speaks the first."""

from __future__ import annotations

import httpx2
import openai

from console.providers.endpoints import Endpoint

SDK = f"openai {openai.__version__}"
API_VERSION = "v1"


def connect(endpoint: Endpoint, http: httpx2.AsyncClient) -> openai.AsyncOpenAI:
    """A client over `http` that retries nothing by itself."""
    client = openai.AsyncOpenAI(
        api_key=endpoint.key,
        base_url=endpoint.base_url,
        max_retries=0,
        http_client=http,
    )
    if endpoint.provider != "openai":
        # The SDK reads these from OpenAI's variables; they are nobody else's business.
        client.organization = client.project = None
    return client


def api_version(client: openai.AsyncOpenAI) -> str:
    """OpenAI's APIs carry one version, in their path."""
    return API_VERSION
