from __future__ import annotations

import pytest
from simulator_api import Api
from simulator_rows import last_month
from simulator_rows_of_making import CREATING, KEYS
from simulator_rows_of_using import ATTACHING, CHARGING, IDEMPOTENCY, READING, USING

ROWS = [
    pytest.param(row, id=f"{section}: {row.name}")
    for section, rows in {
        "keys": KEYS,
        "creating": CREATING,
        "reading": READING,
        "using": USING,
        "charging": CHARGING,
        "attaching": ATTACHING,
        "idempotency": IDEMPOTENCY,
    }.items()
    for row in rows
]


@pytest.mark.parametrize("row", ROWS)
def test_the_error_is_the_catalogues(row):
    seed = next(seed for seed in range(50) if last_month(Api(seed))["exp_month"] > "1")
    response = row.send(Api(seed))
    error = response.json()["error"]
    assert response.status == row.status, error
    error.pop("request_log_url", None)
    assert ("charge" in error) >= row.has_charge
    if row.has_charge:
        assert error.pop("charge").startswith("ch_")
    if set(row.error) >= {"message", "type"} and not row.starts:
        assert error == row.error
    for name, value in row.error.items():
        if name == "message":
            assert value in error[name]
        else:
            assert error.get(name) == value


@pytest.mark.parametrize("row", ROWS)
def test_the_error_has_stripes_form(row):
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
