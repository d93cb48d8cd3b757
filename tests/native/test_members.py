"""The table of members that all interpreters of a process share, under sanitizers and from several threads."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from driver import NATIVE, SANITIZERS, WARNINGS
from elf_fixtures import tool

#: Each thread notes all numbers, in an order and with paths of its own; whoever is first decides, for good.
_PROGRAM = """
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "members.h"

enum { THREADS = 4, NUMBERS = 3001 };

static int wrong(void *argument)
{
    int thread = (int)(intptr_t)argument, tier, count = 0;
    char own[32];

    for (size_t i = 0; i < NUMBERS; i++) {
        size_t number = (i * 7 + (size_t)thread * 500) % NUMBERS;
        char *first = members_find(number, &tier), *found;
        snprintf(own, sizeof own, "%zu by %d", number, thread);
        count += members_note(number, own, thread) != 0;
        found = members_find(number, &tier);
        if (!found || (size_t)atol(found) != number || atoi(strstr(found, " by ") + 4) != tier || (first && strcmp(first, found)))
            count++;
        free(first);
        free(found);
    }
    return count;
}

static void *run(void *argument) { return (void *)(intptr_t)wrong(argument); }

int main(void)
{
    pthread_t threads[THREADS];
    int tier, failed = members_find(0, &tier) || members_find(SIZE_MAX, &tier);
    void *result;

    for (intptr_t i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, run, (void *)i))
            return 2;
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], &result);
        failed |= !!result;
    }
    members_forked();
    return failed || members_find(NUMBERS, &tier) || wrong((void *)(intptr_t)9);
}
"""


@pytest.mark.parametrize(
    "sanitizers", [SANITIZERS, ("-fsanitize=thread", "-g", "-O1")], ids=["address", "thread"]
)
def test_members(tmp_path: Path, sanitizers: tuple[str, ...]) -> None:
    source, program = tmp_path / "use.c", tmp_path / "use"
    source.write_text(_PROGRAM)
    command = [tool("gcc"), *WARNINGS, *sanitizers, f"-I{NATIVE}", str(NATIVE / "members.c"), str(source)]
    subprocess.run([*command, "-pthread", "-o", str(program)], check=True)
    completed = subprocess.run(
        [str(program)],
        env={"ASAN_OPTIONS": "detect_leaks=0"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (completed.returncode, completed.stderr) == (0, "")
