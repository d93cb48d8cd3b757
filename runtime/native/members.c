/* Members that are loaded in this process: a table by number. Interpreters with locks of their own share it. */
#define _GNU_SOURCE
#include "members.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct member {
    char *path; /* NULL: not loaded */
    int tier;
};

static struct member *members;
static size_t member_count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Makes the table long enough. */
static int reach(size_t number)
{
    size_t count = number < 32 ? 64 : 2 * number;
    struct member *more;

    if (number < member_count)
        return 0;
    more = realloc(members, count * sizeof *more);
    if (!more)
        return -1;
    memset(more + member_count, 0, (count - member_count) * sizeof *more);
    members = more;
    member_count = count;
    return 0;
}

int members_note(size_t number, const char *path, int tier)
{
    char *copied = strdup(path);
    int failed;

    pthread_mutex_lock(&lock);
    failed = !copied || reach(number);
    if (!failed && !members[number].path) {
        members[number] = (struct member){copied, tier};
        copied = NULL;
    }
    pthread_mutex_unlock(&lock);
    free(copied);
    return failed ? -1 : 0;
}

char *members_find(size_t number, int *tier)
{
    char *path = NULL;

    pthread_mutex_lock(&lock);
    if (number < member_count && members[number].path) {
        path = strdup(members[number].path);
        *tier = members[number].tier;
    }
    pthread_mutex_unlock(&lock);
    return path;
}

void members_forked(void) { lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER; }
