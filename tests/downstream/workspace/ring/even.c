/* Needs libodd.so, which needs this. */
int odd(int);

int even(int n) { return n ? odd(n - 1) : 1; }
