/* SPDX-License-Identifier: MIT */
#include "core/numbers.h"

#include "base/memory.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Of the recorded sandbox; it fails its own check digit. */
#define RECORDED_ROUTING "111222333"

enum { DIGITS_US = 12, DIGITS_GB = 8, DIGITS_CA_MIN = 7, DIGITS_CA_MAX = 12, ROUTING_DIGITS = 9 };

/* A check digit of weight 1 that makes the whole sum a multiple of ten. */
static char check_digit(const char *digits, const int *weights, size_t count)
{
    int sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += weights[i] * (digits[i] - '0');
    return (char)('0' + (10 - sum % 10) % 10);
}

/* The American Bankers Association's. */
static char routing_check_digit(const char *routing)
{
    static const int weights[] = { 3, 7, 1, 3, 7, 1, 3, 7 };

    return check_digit(routing, weights, MK_COUNT(weights));
}

bool mk_routing_number_is_valid(const char *text)
{
    return strlen(text) == ROUTING_DIGITS && strspn(text, "0123456789") == ROUTING_DIGITS &&
           text[ROUTING_DIGITS - 1] == routing_check_digit(text);
}

/* NUL-ended digits; the first is no zero, which forms and spreadsheets would lose. */
static void write_digits(struct mk_random *random, size_t count, char *out)
{
    for (size_t i = 0; i < count; i++)
        out[i] =
            (char)(i == 0 ? '1' + mk_random_next(random) % 9 : '0' + mk_random_next(random) % 10);
    out[count] = '\0';
}

static struct mk_random random_of_bank(const struct mk_institution *institution, const char *label)
{
    struct mk_random random;

    mk_random_seeded(&random, mk_seed_derive(0, institution->id), label);
    return random;
}

static struct mk_random random_of_account(const struct mk_ledger *ledger, uint32_t account)
{
    struct mk_random random;

    mk_random_seeded(&random, mk_ledger_seed(ledger, "numbers", account), "account");
    return random;
}

/* The first two digits name one of the twelve Federal Reserve districts. */
static void write_routing(const struct mk_institution *institution, const char *label,
                          char out[MK_NUMBER_SIZE])
{
    struct mk_random random = random_of_bank(institution, label);
    unsigned district = 1 + (unsigned)(mk_random_next(&random) % 12);
    unsigned rest = (unsigned)(mk_random_next(&random) % 1000000);

    snprintf(out, MK_NUMBER_SIZE, "%02u%06u", district, rest);
    out[ROUTING_DIGITS - 1] = routing_check_digit(out);
    out[ROUTING_DIGITS] = '\0';
}

static void fill_us(const struct mk_ledger *ledger, struct mk_random *random,
                    struct mk_numbers *ret)
{
    write_digits(random, DIGITS_US, ret->account);
    if (ledger->persona->profile->is_recorded) {
        mk_copy_into(ret->routing, sizeof(ret->routing), RECORDED_ROUTING);
        return;
    }
    write_routing(ledger->institution, "routing", ret->routing);
    write_routing(ledger->institution, "wire", ret->wire_routing);
}

/*
 * Four letters of the institution's id and GB; a 0 at the end marks a BIC for tests (ISO 9362), so
 * it is nobody's.
 */
static void write_bic(const struct mk_institution *institution, char out[MK_NUMBER_SIZE])
{
    char letters[] = "XXXX";
    size_t count = 0;

    for (const char *at = institution->id; *at != '\0' && count < sizeof(letters) - 1; at++) {
        if (isalpha((unsigned char)*at))
            letters[count++] = (char)toupper((unsigned char)*at);
    }
    snprintf(out, MK_NUMBER_SIZE, "%sGB20", letters);
}

/* The remainder by 97 that ISO 13616 takes, a letter counting as two digits: A is 10. */
static unsigned remainder_97(const char *text)
{
    unsigned remainder = 0;

    for (; *text != '\0'; text++) {
        if (isdigit((unsigned char)*text))
            remainder = (remainder * 10 + (unsigned)(*text - '0')) % 97;
        else
            remainder = (remainder * 100 + 10 + (unsigned)(*text - 'A')) % 97;
    }
    return remainder;
}

static void write_iban(struct mk_numbers *numbers)
{
    char rotated[MK_NUMBER_SIZE * 3];

    snprintf(rotated, sizeof(rotated), "%.4s%s%sGB00", numbers->bic, numbers->sort_code,
             numbers->account);
    snprintf(numbers->iban, sizeof(numbers->iban), "GB%02u%.4s%.6s%.8s", 98 - remainder_97(rotated),
             numbers->bic, numbers->sort_code, numbers->account);
}

/*
 * VocaLink checks accounts of the sort codes 089000 to 089999 by modulus 10 with these weights over
 * the account number alone (its weight table valacdos.txt).
 */
static void fill_gb(const struct mk_ledger *ledger, struct mk_random *random,
                    struct mk_numbers *ret)
{
    static const int weights[DIGITS_GB - 1] = { 7, 1, 3, 7, 1, 3, 7 };
    struct mk_random of_bank = random_of_bank(ledger->institution, "sort code");

    snprintf(ret->sort_code, sizeof(ret->sort_code), "089%03u",
             (unsigned)(mk_random_next(&of_bank) % 1000));
    write_digits(random, DIGITS_GB, ret->account);
    ret->account[DIGITS_GB - 1] = check_digit(ret->account, weights, MK_COUNT(weights));
    write_bic(ledger->institution, ret->bic);
    write_iban(ret);
}

/* Canadian numbers have no check digit that all banks share. */
static void fill_ca(const struct mk_ledger *ledger, struct mk_random *random,
                    struct mk_numbers *ret)
{
    struct mk_random of_bank = random_of_bank(ledger->institution, "institution");
    size_t digits = DIGITS_CA_MIN + mk_random_next(random) % (DIGITS_CA_MAX - DIGITS_CA_MIN + 1);

    snprintf(ret->institution, sizeof(ret->institution), "%03u",
             1 + (unsigned)(mk_random_next(&of_bank) % 999));
    write_digits(random, 5, ret->branch);
    write_digits(random, digits, ret->account);
}

static void fill_custom(const json_t *account, struct mk_numbers *ret)
{
    const char *routing = json_string_value(json_object_get(account, "routing_number"));

    ret->given = json_string_value(json_object_get(account, "account_number"));
    mk_copy_into(ret->routing, sizeof(ret->routing), routing != NULL ? routing : RECORDED_ROUTING);
}

static bool has_numbers(const struct mk_bank_account *source, const struct mk_account *account)
{
    return source->plan != NULL ? source->plan->has_numbers
                                : mk_account_type_is(account->type, "depository");
}

bool mk_numbers_of(const struct mk_ledger *ledger, const struct mk_account *account,
                   struct mk_numbers *ret)
{
    typedef void fill(const struct mk_ledger *, struct mk_random *, struct mk_numbers *);
    static fill *const fills[MK_COUNTRY_COUNT] = {
        [MK_COUNTRY_US] = fill_us, [MK_COUNTRY_GB] = fill_gb, [MK_COUNTRY_CA] = fill_ca
    };

    if (account->number >= ledger->account_count)
        return false;
    const struct mk_bank_account *source = &ledger->accounts[account->number];
    if (!has_numbers(source, account))
        return false;
    *ret = (struct mk_numbers){ .given = NULL };
    if (source->plan == NULL) {
        fill_custom(source->custom, ret);
        return true;
    }
    struct mk_random random = random_of_account(ledger, account->number);
    fills[ledger->institution->country](ledger, &random, ret);
    return true;
}
