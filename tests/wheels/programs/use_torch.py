"""torch on the CPU: training by automatic differentiation, a scripted function, threads and a saved model."""

from __future__ import annotations

import io

import torch
from torch import nn


@torch.jit.script
def horner(coefficients: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """A polynomial, compiled by torch."""
    value = torch.zeros_like(x)
    for i in range(coefficients.size(0)):
        value = value * x + coefficients[i]
    return value


def train() -> nn.Module:
    """A small network that has learnt a sine."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(1, 32), nn.Tanh(), nn.Linear(32, 1))
    x = torch.linspace(-3, 3, 200).unsqueeze(1)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(300):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x), torch.sin(x))
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.01, loss
    return model


def main() -> None:
    """Trains, saves and loads, and compares with what is known."""
    model = train()
    stream = io.BytesIO()
    torch.save(model.state_dict(), stream)
    stream.seek(0)
    again = nn.Sequential(nn.Linear(1, 32), nn.Tanh(), nn.Linear(32, 1))
    again.load_state_dict(torch.load(stream, weights_only=True))
    point = torch.tensor([[0.5]])
    assert torch.equal(model(point), again(point))
    assert horner(torch.tensor([1.0, -2.0, 3.0]), torch.tensor([2.0])).tolist() == [3.0]
    matrix = torch.rand(500, 500, dtype=torch.float64)
    torch.set_num_threads(2)
    assert torch.allclose(torch.linalg.inv(matrix) @ matrix, torch.eye(500, dtype=torch.float64), atol=1e-6)
    assert torch.from_numpy(matrix.numpy()[:1]).equal(matrix[:1])
    assert torch.fft.fft(torch.ones(8)).real.tolist() == [8] + [0] * 7
    print("torch", torch.__version__, "works")


if __name__ == "__main__":
    main()
