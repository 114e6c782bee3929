"""One conversation by a real client, set up as README.md shows: ``python send.py CLIENT URL TOKEN``.

Runs in an environment of its own with the packages in requirements.txt; it imports nothing of Spotcheck.
"""

import http.server
import json
import sys
import threading


def exporting(service, url, token):
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    exporter = OTLPSpanExporter(f"{url}/v1/traces", headers={"authorization": f"Bearer {token}"}, timeout=60)
    provider.add_span_processor(BatchSpanProcessor(exporter, max_queue_size=20_000))
    return provider


def opentelemetry(url, token):
    provider = exporting("opentelemetry", url, token)
    with provider.get_tracer("bot").start_as_current_span("chat") as span:
        span.set_attribute("input.value", "How many?")
        span.set_attribute("output.value", "Seven.")
    provider.shutdown()


def tracely(url, token):
    import tracely
    from opentelemetry import trace

    project = "0193a1b2-0000-7000-8000-000000000001"
    tracely.init_tracing(address=url, api_key=token, project_id=project, export_name="shop")

    @tracely.trace_event()
    def ask(question):
        return "Seven."

    ask("How many?")
    trace.get_tracer_provider().force_flush()


def langfuse(url, token):
    from langfuse import Langfuse

    client = Langfuse(public_key="pk-lf-shop", secret_key=token, base_url=url)
    assert client.auth_check()
    with client.start_as_current_observation(name="chat", input="How many?") as span:
        span.update(output="Seven.")
        span.score_trace(name="user_feedback", value=1, comment="good")
    client.shutdown()


class Model(http.server.BaseHTTPRequestHandler):
    """A chat endpoint that always answers the same."""

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        message = {"role": "assistant", "content": "Seven."}
        choices = [{"index": 0, "finish_reason": "stop", "message": message}]
        answer = {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": choices}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def openinference(url, token):
    import openai
    from openinference.instrumentation.openai import OpenAIInstrumentor

    server = http.server.HTTPServer(("127.0.0.1", 0), Model)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    provider = exporting("openinference", url, token)
    OpenAIInstrumentor().instrument(tracer_provider=provider)
    model = openai.OpenAI(api_key="none", base_url=f"http://127.0.0.1:{server.server_port}/v1")
    model.chat.completions.create(model="m", messages=[{"role": "user", "content": "How many?"}])
    provider.shutdown()


if __name__ == "__main__":
    {"opentelemetry": opentelemetry, "tracely": tracely, "langfuse": langfuse, "openinference": openinference}[
        sys.argv[1]
    ](*sys.argv[2:])
