/* Needs libring_a.so, which needs this. */
int ring_a(int);

/* Writable, but never written to: what its pages hold is in no memory of this process before it is read. */
int ring_table[1 << 16] = {[0 ...(1 << 16) - 1] = 7};

int ring_sum(void)
{
    int sum = 0;

    for (int i = 0; i < 1 << 16; i++)
        sum += ring_table[i];
    return sum;
}

int ring_b(int n) { return n ? 1 + ring_a(n - 1) : 200; }
