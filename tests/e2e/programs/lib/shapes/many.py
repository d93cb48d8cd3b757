"""More objects than a collection waits for."""

SIZES = [[size] for size in range(30_000)]
