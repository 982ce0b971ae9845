/* SPDX-License-Identifier: MIT */
#include "core/personas.h"

#include "base/clock.h"
#include "base/memory.h"
#include "core/accounts.h"
#include "core/profile.h"
#include "data/assets.h"

#include <stdlib.h>
#include <string.h>

/* Positions of personas are kept in a byte of the link. */
enum { PERSONAS_MAX = 255, REFRESH_SECONDS_MAX = 86400 };

static const char *const challenge_names[] = { "none", "code", "device_and_code", "question",
                                               NULL };

struct mk_personas {
    json_t *logins; /* owns texts of the rows, as the files do */
    json_t **files; /* of the profiles */
    struct mk_profile *profiles;
    size_t profile_count;
    struct mk_persona *rows;
    size_t count;
};

static json_t *load(const struct mk_asset *asset)
{
    return json_loadb(asset->bytes, asset->length, JSON_REJECT_DUPLICATES, NULL);
}

static size_t find_file(const struct mk_profile_file *files, const char *name)
{
    size_t i = 0;

    while (files[i].name != NULL && (name == NULL || strcmp(files[i].name, name) != 0))
        i++;
    return i;
}

/* A profile's own transactions, or, where it has a text, those of the profile of that name. */
static const json_t *transactions_of(const struct mk_personas *personas,
                                     const struct mk_profile_file *files, const json_t *file)
{
    const json_t *own = json_object_get(file, "transactions");

    if (!json_is_string(own))
        return own;
    size_t shared = find_file(files, json_string_value(own));
    return files[shared].name == NULL ? NULL
                                      : json_object_get(personas->files[shared], "transactions");
}

static bool read_profiles(struct mk_personas *personas, const struct mk_profile_file *files,
                          const struct mk_merchants *merchants)
{
    size_t count = find_file(files, NULL);

    personas->files = mk_alloc_zero(count + 1, sizeof(*personas->files));
    personas->profiles = mk_alloc_zero(count + 1, sizeof(*personas->profiles));
    personas->profile_count = count;
    for (size_t i = 0; i < count; i++) {
        personas->files[i] = load(files[i].json);
        if (personas->files[i] == NULL)
            return false;
    }
    for (size_t i = 0; i < count; i++) {
        const json_t *file = personas->files[i];
        if (!mk_profile_init(&personas->profiles[i], files[i].name, file,
                             transactions_of(personas, files, file), merchants))
            return false;
    }
    return true;
}

/* A login that works has data, one that fails has an error, and none has both. */
static bool read_persona(const struct mk_personas *personas, const struct mk_profile_file *files,
                         json_t *json, struct mk_persona *ret)
{
    const char *error = NULL;
    const char *challenge = "none";
    const char *profile = NULL;
    int is_custom = 0;
    int is_flaky = 0;
    int seconds = 0;

    if (json_unpack(json, "{s:s, s:s, s?s, s?s, s?s, s?b, s?b, s?i !}", "username", &ret->username,
                    "meaning", &ret->meaning, "error", &error, "challenge", &challenge, "profile",
                    &profile, "is_custom", &is_custom, "is_flaky", &is_flaky, "refresh_seconds",
                    &seconds) != 0)
        return false;

    int found = error == NULL ? MK_LINK_ERROR_NONE : mk_term_find(mk_link_error_names, error);
    int asked = mk_term_find(challenge_names, challenge);
    size_t data = find_file(files, profile);
    bool has_data = files[data].name != NULL;
    if (found < 0 || asked < 0 || seconds < 0 || seconds > REFRESH_SECONDS_MAX ||
        has_data != (profile != NULL) || has_data == (error != NULL))
        return false;
    ret->error = (enum mk_link_error)found;
    ret->challenge = (enum mk_challenge)asked;
    ret->is_custom = is_custom;
    ret->is_flaky = is_flaky;
    ret->refresh_span = seconds * MK_SECOND;
    ret->profile = has_data ? &personas->profiles[data] : NULL;
    return true;
}

static bool read_logins(struct mk_personas *personas, const struct mk_profile_file *files)
{
    size_t count = json_array_size(personas->logins);

    if (count == 0 || count > PERSONAS_MAX)
        return false;
    personas->rows = mk_alloc_zero(count, sizeof(*personas->rows));
    for (; personas->count < count; personas->count++) {
        struct mk_persona *row = &personas->rows[personas->count];
        json_t *json = json_array_get(personas->logins, personas->count);
        if (!read_persona(personas, files, json, row) ||
            mk_persona_find(personas, row->username) != personas->count)
            return false;
    }
    return true;
}

struct mk_personas *mk_personas_read(const struct mk_asset *logins,
                                     const struct mk_profile_file *files,
                                     const struct mk_merchants *merchants)
{
    struct mk_personas *personas = mk_alloc_zero(1, sizeof(*personas));

    personas->logins = load(logins);
    if (read_profiles(personas, files, merchants) && read_logins(personas, files))
        return personas;
    mk_personas_free(personas);
    return NULL;
}

struct mk_personas *mk_personas_new(const struct mk_merchants *merchants)
{
    static const struct mk_profile_file files[] = {
        { .name = "good", .json = &mk_asset_persona_good },
        { .name = "custom", .json = &mk_asset_persona_custom },
        { .name = "rich", .json = &mk_asset_persona_rich },
        { .name = "large", .json = &mk_asset_persona_large },
        { .name = "empty", .json = &mk_asset_persona_empty },
        { .name = NULL },
    };

    return mk_personas_read(&mk_asset_persona_logins, files, merchants);
}

void mk_personas_free(struct mk_personas *personas)
{
    if (personas == NULL)
        return;
    for (size_t i = 0; i < personas->profile_count; i++) {
        mk_profile_done(&personas->profiles[i]);
        json_decref(personas->files[i]);
    }
    free(personas->rows);
    free(personas->profiles);
    free(personas->files);
    json_decref(personas->logins);
    free(personas);
}

size_t mk_persona_count(const struct mk_personas *personas)
{
    return personas->count;
}

const struct mk_persona *mk_persona_at(const struct mk_personas *personas, size_t index)
{
    return &personas->rows[index];
}

size_t mk_persona_find(const struct mk_personas *personas, const char *username)
{
    size_t i = 0;

    while (i < personas->count && strcmp(personas->rows[i].username, username) != 0)
        i++;
    return i;
}

static size_t custom_accounts(const json_t *custom_data,
                              struct mk_bank_account ret[MK_ACCOUNTS_MAX])
{
    const json_t *list = json_object_get(custom_data, "accounts");
    size_t count = 0;

    for (; count < MK_ACCOUNTS_MAX && count < json_array_size(list); count++) {
        const json_t *account = json_array_get(list, count);
        ret[count] = (struct mk_bank_account){
            .name = json_string_value(json_object_get(account, "name")),
            .type = mk_account_type_of(json_string_value(json_object_get(account, "account_type"))),
            .custom = account
        };
    }
    return count;
}

size_t mk_bank_accounts(const struct mk_persona *persona, const json_t *custom_data,
                        struct mk_bank_account ret[MK_ACCOUNTS_MAX])
{
    const struct mk_profile *profile = persona->profile;

    if (persona->is_custom)
        return custom_accounts(custom_data, ret);
    if (profile == NULL) /* its logins fail */
        return 0;
    for (size_t i = 0; i < profile->account_count; i++)
        ret[i] = (struct mk_bank_account){ .name = profile->accounts[i].name,
                                           .type = profile->accounts[i].type,
                                           .plan = &profile->accounts[i] };
    return profile->account_count;
}
