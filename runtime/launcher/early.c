#define _GNU_SOURCE
#include "early.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "../native/hooks.h"
#include "../native/versions.h"
#include "failure.h"

#define NO_MEMORY "There is no memory left to start %s."

static void read_plan(struct image_plan *plan, const struct start *start, const struct library_row *row)
{
    *plan = (struct image_plan){.best = TIER_PLAIN};
    if (row->plan.size)
        image_plan_read(plan, start_text(start, row->plan), row->plan.size);
}

static enum tier share(const struct par *par, const struct start *start, const struct library_row *row,
                       const struct handed *handed)
{
    const char *tier = getenv("MEMFD_PAR_TIER");
    struct image_plan plan;
    struct image_result result;
    struct image_request request = {
        .par = par->file,
        .offset = row->offset,
        .size = row->size,
        .memory = handed->memory,
        .tier = TIER_FULL,
    };
    const char *member = start_text(start, row->name);
    char *name = NULL;

    if ((row->named ? asprintf(&name, "%s", member) : asprintf(&name, "%s/%s", par->path, member)) < 0)
        fail(NO_MEMORY, par->path);
    request.name = name;
    read_plan(&plan, start, row);
    if (tier && !strcmp(tier, "plain"))
        plan.best = TIER_PLAIN;
    image_map_over(&request, &plan, dlopen(handed->path, RTLD_LAZY | RTLD_NOLOAD), &result);
    close(handed->memory);
    free(name);
    return result.tier;
}

const struct early *early_share(const struct par *par, const struct start *start)
{
    static struct early early;
    const struct handover *handover = (const struct handover *)getauxval(HANDOVER_TYPE);
    const struct library_row *rows = start_libraries(start) + start->library_count;

    if (!handover)
        return &early;
    if (handover->shown && handover->debug)
        *handover->shown = *handover->debug;
    early.count = start->early_count < handover->count ? start->early_count : handover->count;
    early.handed = handover->handed;
    early.tiers = calloc(early.count + 1, sizeof *early.tiers);
    if (!early.tiers)
        fail(NO_MEMORY, par->path);
    for (uint64_t i = 0; i < early.count; i++)
        early.tiers[i] = share(par, start, &rows[i], &handover->handed[i]);
    return &early;
}

void early_hook(const struct start *start, const struct early *early)
{
    const struct library_row *rows = start_libraries(start) + start->library_count;
    struct image_plan plan;

    for (uint64_t i = 0; i < early->count; i++)
        if (rows[i].number != NO_MEMBER) {
            read_plan(&plan, start, &rows[i]);
            hooks_install_early(&plan, dlopen(early->handed[i].path, RTLD_LAZY | RTLD_NOLOAD));
        }
    if (start->program_count) {
        read_plan(&plan, start, &rows[start->early_count]);
        hooks_install_early(&plan, dlopen(NULL, RTLD_LAZY));
    }
}
