#define _GNU_SOURCE
#include "libc.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "../bootstrap/handover.h"
#include "../native/versions.h"
#include "failure.h"

void libc_share(const struct par *par, const struct start *start)
{
    const struct handover *handover = (const struct handover *)getauxval(HANDOVER_TYPE);
    const struct library_row *row = start_libraries(start) + start->library_count;
    const char *tier = getenv("MEMFD_PAR_TIER");
    struct image_plan plan = {.best = TIER_PLAIN};
    struct image_result result;
    struct image_request request = {.par = par->file, .tier = TIER_FULL};
    char *name;

    if (!handover || !start->libc_count)
        return;
    request.memory = handover->memory;
    request.offset = row->offset;
    request.size = row->size;
    if (asprintf(&name, "%s/%s", par->path, start_text(start, row->name)) < 0)
        fail("There is no memory left to start %s.", par->path);
    request.name = name;
    if (row->plan.size && (!tier || strcmp(tier, "plain")))
        image_plan_read(&plan, start_text(start, row->plan), row->plan.size);
    image_map_over(&request, &plan, dlopen(handover->path, RTLD_LAZY | RTLD_NOLOAD), &result);
    close(handover->memory);
    free(name);
}
