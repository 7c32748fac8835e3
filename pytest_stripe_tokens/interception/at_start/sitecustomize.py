"""Run by a Python program that a test starts, before anything else of it: lets nothing reach Stripe from there.

`interception/programs.py` puts this folder on the program's PYTHONPATH. The program may be of any Python from 3.6 on,
with or without this package: nothing of ours is imported here, and a `sitecustomize` that it has itself is run next.
"""

import os
import sys

_WORDS = (
    "pytest-stripe-tokens lets nothing reach %s from this program, which a test with a sandbox has started: "
    "give it the environment of the fixture stripe_server and let it ask STRIPE_API_BASE, or send the request from the "
    "test's own process or one that multiprocessing starts; those are answered"
)
_NAMED = {"socket.getaddrinfo", "socket.gethostbyaddr", "socket.gethostbyname"}
_ADDRESSED = {"socket.connect", "socket.sendmsg", "socket.sendto"}


def _refuse(host: object) -> None:
    """Raise OSError for one of Stripe's hosts, by the rule of `api.messages.is_stripe_host`."""
    name = host.decode("latin-1") if isinstance(host, (bytes, bytearray)) else host
    if not isinstance(name, str):
        return
    try:
        name = name.encode("idna").decode("ascii") if max(name, default="") > "\x7f" else name
    except ValueError:
        return
    name = name.lower().rstrip(".")
    if name == "stripe.com" or name.endswith(".stripe.com"):
        raise OSError(_WORDS % name)


class _Watch:
    is_tls_guarded = False

    def __call__(self, event: str, arguments: "tuple[object, ...]") -> None:
        if event in _NAMED:
            _refuse(arguments[0])
        elif event in _ADDRESSED and isinstance(arguments[1], tuple) and arguments[1]:
            _refuse(arguments[1][0])  # pyright: ignore[reportUnknownArgumentType]
        # Past a proxy, TLS alone names the host, and no event shows it. What ssl defines last tells that it is whole.
        if not self.is_tls_guarded and hasattr(sys.modules.get("ssl"), "get_protocol_name"):
            self.is_tls_guarded = True
            context = sys.modules["ssl"].SSLContext
            _guard(context, "wrap_socket", 5)
            _guard(context, "wrap_bio", 4)


def _guard(context: object, name: str, place: int) -> None:
    previous = getattr(context, name)

    def replacement(*args: object, **kwargs: object) -> object:
        _refuse(args[place] if len(args) > place else kwargs.get("server_hostname"))
        return previous(*args, **kwargs)

    setattr(context, name, replacement)


if __name__ == "sitecustomize":
    if hasattr(sys, "addaudithook"):
        sys.addaudithook(_Watch())
    folder = os.path.dirname(__file__)  # noqa: PTH120 - pathlib would make every program start later
    if folder in sys.path:
        sys.path.remove(folder)
        del sys.modules[__name__]
        __import__(__name__)
