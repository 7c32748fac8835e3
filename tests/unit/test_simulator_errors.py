from __future__ import annotations

from error_catalogue import assert_is, each_other, each_row
from simulator_api import Api


@each_other
def test_the_error_is_the_catalogues(row, headers):
    assert_is(row, headers, row.send(Api()))


@each_row
def test_the_error_has_stripes_form(row, headers):
    response = row.send(Api())
    error = response.json()["error"]
    assert response.body.endswith(b"}\n")
    assert response.body.startswith(b'{\n  "error": {\n    "')
    assert None not in error.values()
    if "Request-Id" in response.headers:
        assert list(error) == sorted(error)
        assert error["request_log_url"].endswith(f"object={response.headers['Request-Id']}")
    else:
        assert list(error)[:2] == ["message", "type"]
        assert "request_log_url" not in error
