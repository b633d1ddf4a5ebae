"""The same step in PyTorch: peer.py SHAPE STEPS -> {"ms", "peakMb", "loss"}. Debian's python3-torch (1.13)."""
import json
import math
import resource
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

CLASSES, BATCH, LENGTH, WARM_UP = 6, 32, 64, 2
SHAPES = {
    "lstm-128": dict(vocabulary=20000, width=128, hidden=128),
    "bert-tiny": dict(vocabulary=30522, layers=2, hidden=128, heads=2, inner=512),
    "bert-mini": dict(vocabulary=30522, layers=4, hidden=256, heads=4, inner=1024),
}


class Lstm(nn.Module):
    def __init__(self, vocabulary, width, hidden):
        super().__init__()
        self.words = nn.Embedding(vocabulary, width)
        self.lstm = nn.LSTM(width, hidden, batch_first=True)
        self.output = nn.Linear(hidden, CLASSES)

    def forward(self, ids):
        return self.output(self.lstm(self.words(ids))[0].mean(1))


class Layer(nn.Module):
    def __init__(self, hidden, heads, inner):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.mix = (nn.Linear(hidden, hidden) for _ in range(4))
        self.inner, self.outer = nn.Linear(hidden, inner), nn.Linear(inner, hidden)
        self.first, self.second = nn.LayerNorm(hidden, 1e-12), nn.LayerNorm(hidden, 1e-12)

    def split(self, x):
        return x.view(x.shape[0], x.shape[1], self.heads, -1).transpose(1, 2)

    def forward(self, x, bias):
        query, key, value = self.split(self.query(x)), self.split(self.key(x)), self.split(self.value(x))
        scores = query @ key.transpose(-1, -2) / math.sqrt(query.shape[-1])
        context = torch.softmax(scores + bias, -1) @ value
        x = self.first(x + self.mix(context.transpose(1, 2).reshape(x.shape)))
        return self.second(x + self.outer(F.gelu(self.inner(x))))


class Encoder(nn.Module):
    def __init__(self, vocabulary, layers, hidden, heads, inner):
        super().__init__()
        self.words, self.positions = nn.Embedding(vocabulary, hidden), nn.Embedding(512, hidden)
        self.segments = nn.Embedding(2, hidden)
        self.norm = nn.LayerNorm(hidden, 1e-12)
        self.layers = nn.ModuleList(Layer(hidden, heads, inner) for _ in range(layers))
        self.pooler, self.output = nn.Linear(hidden, hidden), nn.Linear(hidden, CLASSES)

    def forward(self, ids):
        bias = torch.zeros(ids.shape[0], 1, 1, ids.shape[1])
        x = self.words(ids) + self.positions(torch.arange(ids.shape[1])) + self.segments(torch.zeros_like(ids))
        x = self.norm(x)
        for layer in self.layers:
            x = layer(x, bias)
        return self.output(torch.tanh(self.pooler(x[:, 0])))


def focal(logits, labels):
    log_p = F.log_softmax(logits, -1).gather(1, labels[:, None])[:, 0]
    return (-((1 - log_p.exp()) ** 2) * log_p).mean()


def main(shape, steps):
    torch.set_num_threads(1)
    torch.manual_seed(1)
    settings = SHAPES[shape]
    model = (Lstm if shape.startswith("lstm") else Encoder)(**settings)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)

    def step():
        ids = torch.randint(settings["vocabulary"], (BATCH, LENGTH))
        loss = focal(model(ids), torch.randint(CLASSES, (BATCH,)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    for _ in range(WARM_UP):
        step()
    before = time.process_time()
    for _ in range(steps):
        loss = step()
    spent = (time.process_time() - before) * 1000 / steps
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"ms": spent, "peakMb": peak, "loss": loss}))


main(sys.argv[1], int(sys.argv[2]))
