#include <stdio.h>

int main(int argc, char **argv)
{
    char line[256];
    FILE *file = argc > 1 ? fopen(argv[1], "r") : stdin;
    if (!file) {
        perror(argv[1]);
        return 3;
    }
    while (fgets(line, sizeof line, file))
        fputs(line, stdout);
    return 0;
}
