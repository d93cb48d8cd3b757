/* Needs libring_b.so, which needs this. */
int ring_b(int);

int ring_a(int n) { return n ? 1 + ring_b(n - 1) : 100; }
