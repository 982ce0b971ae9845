/* SPDX-License-Identifier: MIT */
/* Which key the server signs with and where it is kept; declared in options.h. */
#include "options.h"

#include "base/log.h"
#include "base/text.h"

#include <stdlib.h>

/* In the user's state folder (XDG base directories), new; NULL when there is none. */
static char *default_path(void)
{
    const char *state = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");
    struct mk_text path = MK_TEXT(4096);

    if (state != NULL && state[0] == '/')
        mk_text_print(&path, "%s/moneykit-sandbox/signing-key.pem", state);
    else if (home != NULL && home[0] == '/')
        mk_text_print(&path, "%s/.local/state/moneykit-sandbox/signing-key.pem", home);
    return mk_text_steal(&path);
}

/* Nobody asked for this file, so a start does not fail for it. */
static struct mk_signer *kept_or_fresh(void)
{
    char problem[MK_OPTIONS_ERROR_SIZE] = "there is no home folder";
    char *path = default_path();
    struct mk_signer *signer = NULL;

    if (path != NULL)
        signer = mk_signer_from_file(path, problem, sizeof(problem));
    free(path);
    if (signer != NULL)
        return signer;
    mk_log(MK_LOG_WARN, "the key that signs webhooks is not kept: %s", problem);
    return mk_signer_fresh();
}

struct mk_signer *mk_open_signer(const struct mk_options *options,
                                 char error[MK_OPTIONS_ERROR_SIZE])
{
    if (options->signing_key != NULL)
        return mk_signer_from_file(options->signing_key, error, MK_OPTIONS_ERROR_SIZE);

    struct mk_signer *signer =
        options->deterministic ? mk_signer_seeded((uint64_t)options->seed) : kept_or_fresh();
    if (signer == NULL)
        snprintf(error, MK_OPTIONS_ERROR_SIZE, "the key that signs webhooks can't be made");
    return signer;
}
