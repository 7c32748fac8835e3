"""Each client that the interface names, as one call: `call(method, url, params, key)` -> status, decoded body.

Loaded by the suites that the tests run, and by the tests themselves.
"""

from __future__ import annotations

import asyncio
import base64
import http.client
import json
import urllib.error
import urllib.request
from functools import partial
from importlib.util import find_spec
from urllib.parse import urlencode, urlsplit

import aiohttp
import httpx
import requests
import stripe
import urllib3

FORM = "application/x-www-form-urlencoded"


def _headers(key):
    return {"Authorization": f"Bearer {key}", "Content-Type": FORM}


def use_requests(method, url, params, key):
    answer = requests.request(method, url, data=params, headers=_headers(key), timeout=5)
    return answer.status_code, answer.json()


def use_urllib3(method, url, params, key):
    answer = urllib3.PoolManager().request(method, url, body=urlencode(params), headers=_headers(key))
    return answer.status, json.loads(answer.data)


def use_httpx(method, url, params, key, httpx=httpx):
    with httpx.Client(verify=False) as client:
        answer = client.request(method, url, content=urlencode(params), headers=_headers(key))
    return answer.status_code, answer.json()


def use_httpx_async(method, url, params, key, httpx=httpx):
    async def call():
        async with httpx.AsyncClient(verify=False) as client:
            answer = await client.request(method, url, content=urlencode(params), headers=_headers(key))
        return answer.status_code, answer.json()

    return asyncio.run(call())


def use_aiohttp(method, url, params, key):
    async def call():
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, url, data=params or None, headers=_headers(key)) as answer,
        ):
            return answer.status, await answer.json()

    return asyncio.run(call())


def use_http_client(method, url, params, key):
    parts = urlsplit(url)
    connection = http.client.HTTPSConnection(parts.hostname, timeout=5)
    target = parts._replace(scheme="", netloc="").geturl()
    connection.request(method, target, body=urlencode(params) or None, headers=_headers(key))
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


def use_urllib_request(method, url, params, key):
    basic = base64.b64encode(f"{key}:".encode()).decode()
    data = urlencode(params).encode() or None
    request = urllib.request.Request(url, data, {"Authorization": f"Basic {basic}"}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def _nested(params):
    nested = {}
    for name, value in params.items():
        outer, _, inner = name.partition("[")
        nested.setdefault(outer, {})[inner.rstrip("]")] = value
    return nested


def _token_id(url):
    return url.rsplit("/", 1)[1]


def use_stripe(method, url, params, key):
    if method == "POST":
        return 200, stripe.Token.create(api_key=key, **_nested(params)).to_dict()
    return 200, stripe.Token.retrieve(_token_id(url), api_key=key).to_dict()


def use_stripe_client(method, url, params, key):
    tokens = stripe.StripeClient(key, max_network_retries=stripe.max_network_retries).v1.tokens
    return 200, (tokens.create(_nested(params)) if method == "POST" else tokens.retrieve(_token_id(url))).to_dict()


def use_stripe_pycurl(method, url, params, key):
    retries = stripe.max_network_retries
    client = stripe.StripeClient(key, http_client=stripe.PycurlClient(), max_network_retries=retries)
    tokens = client.v1.tokens
    return 200, (tokens.create(_nested(params)) if method == "POST" else tokens.retrieve(_token_id(url))).to_dict()


def _stripe_async(method, url, params, key, make_client):
    async def call():
        http_client = make_client()
        try:
            retries = stripe.max_network_retries
            tokens = stripe.StripeClient(key, http_client=http_client, max_network_retries=retries).v1.tokens
            if method == "POST":
                return 200, (await tokens.create_async(_nested(params))).to_dict()
            return 200, (await tokens.retrieve_async(_token_id(url))).to_dict()
        finally:
            await http_client.close_async()

    return asyncio.run(call())


def use_stripe_httpx(method, url, params, key):
    return _stripe_async(method, url, params, key, stripe.HTTPXClient)


def use_stripe_aiohttp(method, url, params, key):
    return _stripe_async(method, url, params, key, stripe.AIOHTTPClient)


CLIENTS = {
    "stripe": use_stripe,
    "StripeClient": use_stripe_client,
    "stripe-httpx": use_stripe_httpx,
    "stripe-aiohttp": use_stripe_aiohttp,
    "requests": use_requests,
    "urllib3": use_urllib3,
    "httpx": use_httpx,
    "httpx-async": use_httpx_async,
    "aiohttp": use_aiohttp,
    "http.client": use_http_client,
    "urllib.request": use_urllib_request,
}
# Those that few have installed.
if find_spec("httpx2"):
    import httpx2

    CLIENTS["httpx2"] = partial(use_httpx, httpx=httpx2)
    CLIENTS["httpx2-async"] = partial(use_httpx_async, httpx=httpx2)
if find_spec("pycurl"):
    CLIENTS["stripe-pycurl"] = use_stripe_pycurl
