/* Needs libeven.so, which needs this. */
int even(int);

int odd(int n) { return n ? even(n - 1) : 0; }
