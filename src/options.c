/* SPDX-License-Identifier: MIT */
#include "options.h"

#include "base/memory.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define PREFIX "MONEYKIT_SANDBOX_"

enum kind { TEXT, NAMES, SWITCH, NUMBER, TIME, CHOICE };

struct row {
    const char *flag;     /* without the dashes */
    const char *variable; /* NULL: no environment variable */
    enum kind kind;
    size_t offset;             /* of the member of struct mk_options; its type goes with the kind */
    bool takes_list;           /* NAMES: the flag's value may be a comma list, too */
    const char *value;         /* how --help calls the value; NULL for a switch */
    const char *fallback;      /* as a user would write it; NULL: none */
    const char *fallback_help; /* where `fallback` does not say it */
    int64_t min;               /* NUMBER */
    int64_t max;
    const char *const *choices; /* CHOICE, NULL-ended */
    const char *help;
};

static const char *const level_choices[] = { "error", "warn", "info", "debug", NULL };
static const char *const format_choices[] = { "text", "json", NULL };

#define AT(member) .offset = offsetof(struct mk_options, member)

/* clang-format off */
static const struct row rows[] = {
    { .flag = "listen", .variable = PREFIX "LISTEN", .kind = TEXT, AT(listen),
      .value = "ADDR:PORT", .fallback = "localhost:8080",
      .help = "address to serve; localhost is 127.0.0.1 and ::1, port 0 chooses one; also "
              "[::1]:8080, 0.0.0.0:8080, unix:PATH" },
    { .flag = "public-url", .variable = PREFIX "PUBLIC_URL", .kind = TEXT, AT(public_url),
      .value = "URL", .fallback_help = "http://localhost:PORT",
      .help = "the address that browsers and receivers see" },
    { .flag = "allowed-host", .variable = PREFIX "ALLOWED_HOSTS", .kind = NAMES,
      AT(allowed_hosts), .value = "NAME",
      .fallback_help = "loopback names and the public URL's",
      .help = "a further Host name for the control API (/sandbox); may be repeated" },
    { .flag = "client", .variable = PREFIX "CLIENTS", .kind = NAMES, AT(clients),
      .value = "ID:SECRET", .fallback_help = "any non-empty pair",
      .help = "only these clients may in; may be repeated. Without it a client's first secret is "
              "pinned" },
    { .flag = "access-token", .variable = PREFIX "ACCESS_TOKEN", .kind = TEXT, AT(access_token),
      .value = "TOKEN",
      .help = "a fixed bearer token that never expires, for the client " MK_FIXED_CLIENT },
    { .flag = "admin-token", .variable = PREFIX "ADMIN_TOKEN", .kind = TEXT, AT(admin_token),
      .value = "TOKEN", .fallback_help = "drawn and printed at start",
      .help = "for control calls into any client's world, with X-Sandbox-Client" },
    { .flag = "seed", .variable = PREFIX "SEED", .kind = NUMBER, AT(seed), .value = "N",
      .fallback = "0", .min = 0, .max = INT64_MAX, .help = "root seed of generated data and ids" },
    { .flag = "deterministic", .variable = PREFIX "DETERMINISTIC", .kind = SWITCH,
      AT(deterministic), .fallback_help = "off",
      .help = "secrets come from the seed too and clocks stand still: the same calls give the same "
              "bytes. Not on an address that others reach, unless --client is given" },
    { .flag = "now", .variable = PREFIX "NOW", .kind = TIME, AT(now), .value = "TIME",
      .fallback_help = "the real time; 2026-01-01T00:00:00 with --deterministic",
      .help = "where every client's clock starts" },
    { .flag = "timestamps", .variable = PREFIX "TIMESTAMPS", .kind = CHOICE, AT(timestamps),
      .value = "STYLE", .fallback = "seed", .choices = mk_time_style_names,
      .help = "seed: 2023-02-16T09:14:11, utc: the same with Z" },
    { .flag = "redirect-origin", .variable = PREFIX "REDIRECT_ORIGINS", .kind = NAMES,
      AT(redirect_origins), .value = "ORIGIN", .fallback_help = "loopback and app schemes only",
      .help = "a further origin that a redirect_uri may have; may be repeated" },
    { .flag = "webhook-hosts", .variable = PREFIX "WEBHOOK_HOSTS", .kind = NAMES,
      AT(webhook_hosts), .takes_list = true, .value = "LIST",
      .fallback_help = "loopback and private addresses",
      .help = "further hosts that webhooks may go to: names, addresses, *.example.com, or * for "
              "all; may be repeated" },
    { .flag = "issuer", .variable = PREFIX "ISSUER", .kind = TEXT, AT(issuer), .value = "URL",
      .fallback_help = "the public URL", .help = "iss of webhook signatures" },
    { .flag = "signing-key", .variable = PREFIX "SIGNING_KEY", .kind = TEXT, AT(signing_key),
      .value = "FILE",
      .fallback_help = "signing-key.pem in the user's state folder; from the seed with "
                       "--deterministic",
      .help = "the key that signs webhooks (ES256, PEM), made when it is absent" },
    { .flag = "rate-limits", .variable = PREFIX "RATE_LIMITS", .kind = CHOICE, AT(rate_limits),
      .value = "MODE", .fallback = "off", .choices = mk_rate_limit_names,
      .help = "documented: MoneyKit's rate limits hold, on every client's clock" },
    { .flag = "max-worlds", .variable = PREFIX "MAX_WORLDS", .kind = NUMBER, AT(max_worlds),
      .value = "N", .fallback = "10000", .min = 1, .max = 1000000,
      .help = "clients served; one more gets 503" },
    { .flag = "threads", .variable = PREFIX "THREADS", .kind = NUMBER, AT(threads), .value = "N",
      .fallback = "1", .min = 1, .max = 64,
      .help = "event threads, each with its own socket" },
    { .flag = "load", .variable = PREFIX "LOAD", .kind = TEXT, AT(load), .value = "FILE",
      .help = "worlds to start from: a snapshot, or a list of them (JSON)" },
    { .flag = "tls-cert", .variable = PREFIX "TLS_CERT", .kind = TEXT, AT(tls_cert),
      .value = "FILE", .help = "certificate (PEM): serve HTTPS" },
    { .flag = "tls-key", .variable = PREFIX "TLS_KEY", .kind = TEXT, AT(tls_key), .value = "FILE",
      .help = "its private key (PEM)" },
    { .flag = "log-level", .variable = PREFIX "LOG_LEVEL", .kind = CHOICE, AT(log_level),
      .value = "LEVEL", .fallback = "info", .choices = level_choices,
      .help = "error, warn, info (a line per request) or debug" },
    { .flag = "log-format", .variable = PREFIX "LOG_FORMAT", .kind = CHOICE, AT(log_format),
      .value = "FORMAT", .fallback = "text", .choices = format_choices,
      .help = "text or json, to standard error" },
    { .flag = "version", .kind = SWITCH, AT(wants_version), .help = "print the version and exit" },
    { .flag = "help", .kind = SWITCH, AT(wants_help), .help = "print this and exit" },
};
/* clang-format on */

/* What is being read, for messages: "--seed" or "MONEYKIT_SANDBOX_SEED". */
struct source {
    const char *dashes;
    const char *name;
    bool is_list; /* a comma list, as environment variables write lists */
    char *error;
};

__attribute__((format(printf, 2, 3))) static bool refuse(const struct source *source,
                                                         const char *format, ...)
{
    int used =
        snprintf(source->error, MK_OPTIONS_ERROR_SIZE, "%s%s: ", source->dashes, source->name);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(source->error + used, MK_OPTIONS_ERROR_SIZE - (size_t)used, format, arguments);
    va_end(arguments);
    return false;
}

static void clear_names(struct mk_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->items[i]);
    free(names->items);
    *names = (struct mk_names){ 0 };
}

static void add_name(struct mk_names *names, const char *text, size_t length)
{
    names->items = mk_resize(names->items, names->count + 1, sizeof(char *));
    names->items[names->count++] = mk_copy_bytes(text, length);
}

/* Returns whether there was any. */
static bool add_names(struct mk_names *names, const char *value, bool is_list)
{
    size_t before = names->count;

    while (*value != '\0') {
        value += is_list ? strspn(value, ", ") : 0;
        size_t length = is_list ? strcspn(value, ",") : strlen(value);
        if (length > 0)
            add_name(names, value, length);
        value += length;
    }
    return names->count > before;
}

static bool read_switch(const struct source *source, const char *value, bool *ret)
{
    static const char *const words[] = {
        "0", "1", "false", "true", "no", "yes", "off", "on", NULL
    };
    int word = mk_term_find(words, value);

    if (word < 0)
        return refuse(source, "expected 1 or 0");
    *ret = word % 2 == 1;
    return true;
}

static bool read_choice(const struct row *row, const struct source *source, const char *value,
                        int *ret)
{
    struct mk_text list = MK_TEXT(256);
    int choice = mk_term_find(row->choices, value);

    if (choice >= 0) {
        *ret = choice;
        return true;
    }
    for (size_t i = 0; row->choices[i] != NULL; i++)
        mk_text_print(&list, "%s%s", i > 0 ? ", " : "", row->choices[i]);
    refuse(source, "expected one of: %s", list.bytes);
    mk_text_done(&list);
    return false;
}

/* Reads one value into its member. Values are not repeated in messages: some are secrets. */
static bool read_value(const struct row *row, const struct source *source, const char *value,
                       struct mk_options *options)
{
    void *member = (char *)options + row->offset;

    if (row->kind == NAMES)
        return add_names(member, value, source->is_list || row->takes_list) ||
               refuse(source, "must not be empty");
    if (row->kind == TEXT) {
        char **text = member;
        if (value[0] == '\0')
            return refuse(source, "must not be empty");
        free(*text);
        *text = mk_copy(value);
        return true;
    }
    if (row->kind == SWITCH)
        return read_switch(source, value, member);
    if (row->kind == CHOICE)
        return read_choice(row, source, value, member);
    if (row->kind == TIME)
        return mk_time_read(value, member) ||
               refuse(source, "expected a time like 2026-01-01T00:00:00");
    return mk_read_integer(value, row->min, row->max, member) ||
           refuse(source, "expected a whole number from %lld to %lld", (long long)row->min,
                  (long long)row->max);
}

static bool read_defaults(struct mk_options *options, char *error)
{
    options->now = MK_NEVER;
    for (size_t i = 0; i < MK_COUNT(rows); i++) {
        const struct source source = { .dashes = "--", .name = rows[i].flag, .error = error };
        if (rows[i].fallback != NULL && !read_value(&rows[i], &source, rows[i].fallback, options))
            return false;
    }
    return true;
}

static bool read_environment(struct mk_options *options, char *error)
{
    for (size_t i = 0; i < MK_COUNT(rows); i++) {
        const struct row *row = &rows[i];
        const char *value = row->variable == NULL ? NULL : getenv(row->variable);
        const struct source source = { "", row->variable, .is_list = true, .error = error };
        if (value == NULL || value[0] == '\0')
            continue;
        if (!read_value(row, &source, value, options))
            return false;
    }
    return true;
}

/* The row of "--flag" or "--flag=value", or NULL; *ret_value is what follows the "=", or NULL. */
static const struct row *find_row(const char *argument, const char **ret_value)
{
    size_t length = strcspn(argument, "=");

    *ret_value = argument[length] == '=' ? argument + length + 1 : NULL;
    if (strncmp(argument, "--", 2) != 0)
        return NULL;
    for (size_t i = 0; i < MK_COUNT(rows); i++) {
        if (strncmp(rows[i].flag, argument + 2, length - 2) == 0 &&
            rows[i].flag[length - 2] == '\0')
            return &rows[i];
    }
    return NULL;
}

/* The first flag of a list takes the place of what the environment said. */
static void forget_environment(const struct row *row, struct mk_options *options, bool *seen)
{
    if (row->kind == NAMES && !seen[row - rows])
        clear_names((struct mk_names *)(void *)((char *)options + row->offset));
    seen[row - rows] = true;
}

/* What is no flag is not repeated: it may be the value of a misplaced one, a secret perhaps. */
static bool refuse_argument(const char *argument, char *error)
{
    bool is_flag = argument[0] == '-';

    snprintf(error, MK_OPTIONS_ERROR_SIZE, "%.*s%s; see --help",
             is_flag ? (int)strcspn(argument, "=\r\n") : 0, argument,
             is_flag ? ": no such option" : "an argument is neither an option nor its value");
    return false;
}

static bool read_arguments(int count, const char *const *arguments, struct mk_options *options,
                           char *error)
{
    bool seen[MK_COUNT(rows)] = { false };

    for (int i = 0; i < count; i++) {
        const char *value;
        const struct row *row = find_row(arguments[i], &value);
        if (row == NULL)
            return refuse_argument(arguments[i], error);
        const struct source source = { .dashes = "--", .name = row->flag, .error = error };
        if (value == NULL && row->kind == SWITCH)
            value = "1";
        else if (value == NULL && i + 1 < count)
            value = arguments[++i];
        if (value == NULL)
            return refuse(&source, "expected a value: %s", row->value);
        forget_environment(row, options, seen);
        if (!read_value(row, &source, value, options))
            return false;
    }
    return true;
}

bool mk_options_read(int count, const char *const *arguments, struct mk_options *ret,
                     char error[MK_OPTIONS_ERROR_SIZE])
{
    struct mk_options options = { 0 };

    bool fine = read_defaults(&options, error) && read_environment(&options, error) &&
                read_arguments(count, arguments, &options, error) &&
                mk_options_check(&options, error);
    if (fine)
        *ret = options;
    else
        mk_options_done(&options);
    return fine;
}

void mk_options_done(struct mk_options *options)
{
    if (options == NULL)
        return;
    for (size_t i = 0; i < MK_COUNT(rows); i++) {
        void *member = (char *)options + rows[i].offset;
        if (rows[i].kind == NAMES)
            clear_names(member);
        if (rows[i].kind == TEXT)
            free(*(char **)member);
    }
    *options = (struct mk_options){ 0 };
}

bool mk_options_row(size_t index, const char **ret_flag, const char **ret_variable)
{
    if (index >= MK_COUNT(rows))
        return false;
    *ret_flag = rows[index].flag;
    *ret_variable = rows[index].variable;
    return true;
}

static void print_row(FILE *out, const struct row *row)
{
    const char *fallback = row->fallback_help != NULL ? row->fallback_help : row->fallback;

    fprintf(out, "  --%s%s%s\n      %s\n", row->flag, row->value != NULL ? " " : "",
            row->value != NULL ? row->value : "", row->help);
    if (fallback != NULL)
        fprintf(out, "      default: %s\n", fallback);
    if (row->variable != NULL)
        fprintf(out, "      environment: %s%s\n", row->variable,
                row->kind == NAMES ? " (comma list)" : "");
}

void mk_options_help(FILE *out)
{
    fputs("usage: moneykit-sandbox [options]\n"
          "       moneykit-sandbox healthcheck [--url URL]\n\n"
          "A server on this machine that behaves like the MoneyKit API.\n"
          "A flag beats its environment variable, which beats the default.\n\n",
          out);
    for (size_t i = 0; i < MK_COUNT(rows); i++)
        print_row(out, &rows[i]);
}
