"""A stand-in for a model's server, in the shape of OpenAI's: `python3 testnet/upstream.py 8801`. Its answers mean nothing, but
they are counted in tokens as those of a real one are: embeddings, and chat with and without a stream."""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def usage(texts, answer=""):
    asked, answered = sum(len(text.split()) for text in texts), len(answer.split())
    return {"prompt_tokens": asked, "completion_tokens": answered, "total_tokens": asked + answered}


def embeddings(asked):
    texts = asked["input"] if isinstance(asked["input"], list) else [asked["input"]]
    data = [{"object": "embedding", "index": at, "embedding": [len(text), text.count(" ")]} for at, text in enumerate(texts)]
    return {"object": "list", "model": "stand-in", "data": data, "usage": usage(texts)}


def chat(asked):
    texts = [message["content"] for message in asked["messages"]]
    answer = f"You said: {texts[-1]}"
    message = {"role": "assistant", "content": answer}
    choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
    return {"object": "chat.completion", "model": "stand-in", "choices": choices, "usage": usage(texts, answer)}


def events(whole):
    """The same answer word by word; the last event before the end has the usage."""
    for word in whole["choices"][0]["message"]["content"].split(" "):
        yield {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": word + " "}}]}
    yield {"object": "chat.completion.chunk", "choices": [], "usage": whole["usage"]}


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        try:
            asked = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))))
            answer = {"/v1/embeddings": embeddings, "/v1/chat/completions": chat}[self.path](asked)
        except (KeyError, TypeError, ValueError) as error:
            return self.say(400, "application/json", json.dumps({"error": {"message": f"{type(error).__name__}: {error}"}}))
        if asked.get("stream"):
            lines = [f"data: {json.dumps(event)}\n\n" for event in events(answer)]
            return self.say(200, "text/event-stream", "".join(lines) + "data: [DONE]\n\n")
        self.say(200, "application/json", json.dumps(answer))

    def say(self, status, kind, text):
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
