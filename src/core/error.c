/* SPDX-License-Identifier: MIT */
#include "core/error.h"

#include <stdarg.h>
#include <stdio.h>

enum mk_err mk_fail(struct mk_problem *problem, enum mk_err err, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(problem->message, sizeof(problem->message), format, arguments);
    va_end(arguments);
    return err;
}
