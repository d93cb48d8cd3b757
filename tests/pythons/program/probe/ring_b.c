/* Needs libring_a.so, which needs this. */
int ring_a(int);

int ring_b(int n) { return n ? 1 + ring_a(n - 1) : 200; }
