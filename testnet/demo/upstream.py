"""The service behind the demo's provider: embeddings in the shape of OpenAI's, and predictions of the classifier."""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from model import Classifier, Encoder, encoder_files

folder = encoder_files()
encoder = Encoder(folder / "model.safetensors", folder / "tokenizer.json")
classifier = Classifier(sys.argv[2])


def answer(path, asked):
    if path == "/v1/embeddings":
        texts = asked["input"] if isinstance(asked["input"], list) else [asked["input"]]
        found = [encoder.embed(text) for text in texts]
        tokens = sum(count for _, count in found)
        data = [{"object": "embedding", "index": at, "embedding": vector} for at, (vector, _) in enumerate(found)]
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        return {"object": "list", "model": "all-MiniLM-L6-v2", "data": data, "usage": usage}
    if path == "/v1/predict":
        return {"benign": classifier.benign(asked["row"])}
    return None


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        try:
            asked = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))))
            found = answer(self.path, asked)
            status, body = (200, found) if found else (404, {"error": "no such path"})
        except (KeyError, TypeError, ValueError) as error:
            status, body = 400, {"error": f"{type(error).__name__}: {error}"}
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
