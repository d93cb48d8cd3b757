#include <stddef.h>
#include <stdint.h>

/* Fletcher's checksum, 16 bits (J. G. Fletcher, 1982). */
uint16_t checksum_fletcher16(const uint8_t *data, size_t size) {
    uint16_t low = 0, high = 0;
    for (size_t i = 0; i < size; i++) {
        low = (low + data[i]) % 255;
        high = (high + low) % 255;
    }
    return (uint16_t)(high << 8 | low);
}
