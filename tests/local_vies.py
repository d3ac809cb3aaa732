"""A small VIES on this machine, for tests and for trying the product without the internet.

    with LocalVies() as vies:
        settings.VIES_URL = vies.url
        vies.behaviour = "MS_UNAVAILABLE"

`behaviour` is one of: "valid", "invalid", "undisclosed", "slow", "trickle", "garbage", "nested", "list", "empty",
"closed", "cut", "huge", "redirect", "server_error"; an error code of VIES in capitals, told in `errorWrappers`; the
same with "user:" before it, told in `userError`. Questions received are kept in `questions`.

By hand: `python -m tests.local_vies 8099 [behaviour]`, then VIES_URL=http://127.0.0.1:8099.
"""

import contextlib
import datetime
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

NAME = "ПРИМЕР - ООД"
ADDRESS = "ул.ШИПКА №34 обл.СОФИЯ, гр.СОФИЯ 1000"
CONSULTATION_NUMBER = "WAPIAAAAZExample1"


class LocalVies:
    """The server in a thread of its own; a context manager that starts and stops it."""

    def __init__(self, port: int = 0, behaviour: str = "valid") -> None:
        self.behaviour = behaviour
        self.name = NAME
        self.address = ADDRESS
        self.questions: list[dict[str, Any]] = []
        self.stopping = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", port), _handler_of(self))
        self.server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> "LocalVies":
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stopping.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def answer(self, question: dict[str, Any], *, valid: bool, disclosed: bool = True) -> dict[str, Any]:
        asked_for_proof = bool(question.get("requesterNumber"))
        return {
            "countryCode": question.get("countryCode"),
            "vatNumber": question.get("vatNumber"),
            "requestDate": datetime.datetime.now(datetime.UTC).isoformat().replace("+00:00", "Z"),
            "valid": valid,
            "requestIdentifier": CONSULTATION_NUMBER if valid and asked_for_proof else "",
            "name": self.name if valid and disclosed else "---",
            "address": self.address if valid and disclosed else "---",
            "traderName": "---",
            "traderStreet": "---",
            "traderPostalCode": "---",
            "traderCity": "---",
            "traderCompanyType": "---",
        }


def _handler_of(vies: LocalVies) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            question = json.loads(self.rfile.read(length))
            vies.questions.append(question)
            if self.path.rstrip("/") != "/check-vat-number":
                self.say({"error": "Not Found"}, 404)
                return
            behaviour = vies.behaviour
            if behaviour in ("valid", "invalid", "undisclosed"):
                self.say(vies.answer(question, valid=behaviour != "invalid", disclosed=behaviour != "undisclosed"))
            elif behaviour.startswith("user:"):
                self.say(vies.answer(question, valid=False) | {"userError": behaviour.removeprefix("user:")})
            elif behaviour.isupper():
                self.say({"actionSucceed": False, "errorWrappers": [{"error": behaviour}]})
            else:
                getattr(self, f"behave_{behaviour}")()

        def behave_slow(self) -> None:
            vies.stopping.wait(30)

        def behave_trickle(self) -> None:
            self.head(200, 1000)
            while not vies.stopping.wait(0.1):
                self.wfile.write(b" ")

        def behave_garbage(self) -> None:
            self.send(b"<html>Maintenance \xff\xfe</html>", 200, "text/html")

        def behave_nested(self) -> None:
            self.send(b"[" * 60000)

        def behave_list(self) -> None:
            self.say([{"valid": True}])

        def behave_empty(self) -> None:
            self.say({})

        def behave_closed(self) -> None:
            self.close_connection = True

        def behave_cut(self) -> None:
            self.head(200, 1000)
            self.wfile.write(b'{"valid": true')
            self.close_connection = True

        def behave_huge(self) -> None:
            self.say({"valid": True, "name": "А" * 200_000})

        def behave_redirect(self) -> None:
            self.send_response(307)
            self.send_header("Location", f"{vies.url}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def behave_server_error(self) -> None:
            self.send(b"Internal Server Error", 500, "text/plain")

        def say(self, content: Any, status: int = 200) -> None:
            self.send(json.dumps(content, ensure_ascii=False).encode(), status)

        def send(self, body: bytes, status: int = 200, content_type: str = "application/json") -> None:
            self.head(status, len(body), content_type)
            self.wfile.write(body)

        def head(self, status: int, length: int, content_type: str = "application/json") -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(length))
            self.end_headers()

        def handle(self) -> None:
            with contextlib.suppress(OSError):  # the client went away, as it should when we misbehave
                super().handle()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler


if __name__ == "__main__":
    port_argument, behaviour_argument = [*sys.argv[1:], *["8099", "valid"][len(sys.argv) - 1 :]][:2]
    with LocalVies(int(port_argument), behaviour_argument) as running:
        sys.stdout.write(f"VIES_URL={running.url}\n")
        threading.Event().wait()
