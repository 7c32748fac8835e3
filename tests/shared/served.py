"""`stripe-tokens serve`, running."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request

AUTH = {"Authorization": "Bearer sk_test_canary4eC39HqLyjWDarjt"}


class Served:
    """The command, running."""

    def __init__(self, *arguments):
        command = [sys.executable, "-m", "pytest_stripe_tokens", "serve", "--port", "0", *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.first = self.process.stdout.readline()
        self.url = re.search(r"http://\S+", self.first)[0]

    def send(self, to, form=None, how=None, **json_body):
        data, headers = form.encode() if form else None, dict(AUTH)
        if json_body:
            data, headers["Content-Type"] = json.dumps(json_body).encode(), "application/json"
        request = urllib.request.Request(self.url + to, data, headers, method=how or ("POST" if data else "GET"))
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        output, errors = self.process.communicate(timeout=10)
        return self.process.returncode, output, errors
