/* SPDX-License-Identifier: MIT */
/* A program of somebody else that embeds the sandbox. */
#include <moneykit_sandbox.h>
#include <stdio.h>

int main(void)
{
    const char *options[] = { "--listen=localhost:0", "--log-level=error", "--deterministic" };
    char error[MONEYKIT_SANDBOX_ERROR_SIZE];
    struct moneykit_sandbox *sandbox = moneykit_sandbox_create(options, 3, error);

    if (sandbox == NULL || !moneykit_sandbox_start(sandbox, error)) {
        fprintf(stderr, "%s\n", error);
        return 1;
    }
    puts(moneykit_sandbox_url(sandbox));
    moneykit_sandbox_destroy(sandbox);
    return 0;
}
