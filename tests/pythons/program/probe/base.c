/* A library that extension modules and ctypes share. */
int base_count(void) {
    static int count;
    return ++count;
}
