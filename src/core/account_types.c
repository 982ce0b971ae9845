/* SPDX-License-Identifier: MIT */
/* The types of accounts, declared in core/accounts.h. */
#include "core/accounts.h"

#include "base/memory.h"

#include <ctype.h>
#include <string.h>

/* MoneyKit's documentation: a prefix, alone or with a type under it, or "unknown". */
static const char *const prefixes[] = { "depository", "investment", "liability", "other" };

/* Free texts as banks and books write them, ours; in lower case, words with one space between. */
static const struct {
    const char *text;
    const char *type;
} free_types[] = {
    { "401 k", "investment.401k" },
    { "401k", "investment.401k" },
    { "403b", "investment.403b" },
    { "529", "investment.529" },
    { "auto loan", "liability.auto_loan" },
    { "brokerage", "investment.brokerage" },
    { "car loan", "liability.auto_loan" },
    { "card", "liability.credit_card" },
    { "cash", "depository.cash" },
    { "cd", "depository.cd" },
    { "certificate of deposit", "depository.cd" },
    { "charge card", "liability.credit_card" },
    { "checking", "depository.checking" },
    { "chequing", "depository.checking" },
    { "credit", "liability.credit_card" },
    { "credit card", "liability.credit_card" },
    { "creditcard", "liability.credit_card" },
    { "crypto", "investment.crypto" },
    { "current", "depository.checking" },
    { "deposit", "depository" },
    { "heloc", "liability.line_of_credit" },
    { "home loan", "liability.mortgage" },
    { "hsa", "depository.hsa" },
    { "investment", "investment" },
    { "investments", "investment" },
    { "ira", "investment.ira" },
    { "isa", "investment.isa" },
    { "line of credit", "liability.line_of_credit" },
    { "loan", "liability.loan" },
    { "loan general", "liability.loan" },
    { "loan mortgage", "liability.mortgage" },
    { "loan other", "liability.loan" },
    { "money market", "depository.money_market" },
    { "mortgage", "liability.mortgage" },
    { "other", "other" },
    { "pension", "investment.pension" },
    { "personal loan", "liability.loan" },
    { "prepaid", "depository.prepaid" },
    { "prepaid card", "depository.prepaid" },
    { "retirement", "investment.retirement" },
    { "roth ira", "investment.roth_ira" },
    { "rrsp", "investment.rrsp" },
    { "saving", "depository.savings" },
    { "savings", "depository.savings" },
    { "student loan", "liability.student_loan" },
    { "tfsa", "investment.tfsa" },
};

bool mk_account_type_is(const char *type, const char *prefix)
{
    size_t length = strlen(prefix);

    return strncmp(type, prefix, length) == 0 && (type[length] == '\0' || type[length] == '.');
}

/* Room for the longest of the free texts, with "account" behind it. */
enum { PLAIN_SIZE = 40 };

/* Lower case, anything but letters and digits as one space, no "account" at the end. */
static void make_plain(const char *text, char out[PLAIN_SIZE])
{
    static const char suffix[] = " account";
    size_t length = 0;

    for (; *text != '\0' && length < PLAIN_SIZE - 1; text++) {
        unsigned char character = (unsigned char)*text;
        if (isascii(character) && isalnum(character))
            out[length++] = (char)tolower(character);
        else if (length > 0 && out[length - 1] != ' ')
            out[length++] = ' ';
    }
    while (length > 0 && out[length - 1] == ' ')
        length--;
    out[length] = '\0';
    size_t end = strlen(suffix);
    if (length > end && strcmp(out + length - end, suffix) == 0)
        out[length - end] = '\0';
}

/* Whether a text says it with its last words: "visa credit card" ends with "credit card". */
static bool ends_with(const char *plain, const char *words)
{
    size_t length = strlen(plain);
    size_t end = strlen(words);

    if (length < end || strcmp(plain + length - end, words) != 0)
        return false;
    return length == end || plain[length - end - 1] == ' ';
}

/* What comes before the type is a brand or an owner; of "student loan" and "loan" the longer. */
const char *mk_account_type_of(const char *text)
{
    const char *type = "unknown";
    char plain[PLAIN_SIZE];
    size_t longest = 0;

    for (size_t i = 0; i < MK_COUNT(prefixes); i++) {
        if (mk_account_type_is(text, prefixes[i]))
            return text;
    }
    make_plain(text, plain);
    for (size_t i = 0; i < MK_COUNT(free_types); i++) {
        size_t length = strlen(free_types[i].text);
        if (length > longest && ends_with(plain, free_types[i].text)) {
            longest = length;
            type = free_types[i].type;
        }
    }
    return type;
}
