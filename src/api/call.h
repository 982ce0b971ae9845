/* SPDX-License-Identifier: MIT */
/*
 * A handler's view of the world: a call that was matched, let in and checked, and the reply it
 * fills. No HTTP library and no raw text: path values are decoded, query and body obey their field
 * tables.
 */
#ifndef MK_API_CALL_H
#define MK_API_CALL_H

#include "base/text.h"
#include "core/bank.h"
#include "core/error.h"
#include "core/signer.h"
#include "core/worlds.h"
#include "data/assets.h"
#include "http/message.h"
#include "json/issues.h"

#include <stdatomic.h>

/* What all calls share; immutable while the server runs but for the counter. */
struct mk_metrics; /* api/metrics.h */

struct mk_service {
    struct mk_worlds *worlds;
    struct mk_metrics *metrics;
    struct mk_bank *bank;
    struct mk_signer *signer;
    struct mk_router *router;
    const char *public_url;
    const char *const *redirect_origins;
    size_t redirect_origin_count;
    const char *const *allowed_hosts;
    size_t allowed_host_count;
    const char *admin_token;
    bool deterministic;
    int64_t started; /* mk_real_now() */
    /* Frees a world's old contents somewhere else, soon; NULL: here and now. */
    void (*dispose)(void *context, struct mk_world *garbage);
    void *dispose_context;
    struct mk_text front_page;
    uint64_t request_seed;
    _Atomic uint64_t request_count;
    _Atomic bool stopping;
};

/*
 * What a handler remembers when it returns MK_LATER: it is called again, with all of it, when the
 * request's bell was rung (mk_bells_add(&world->bells, mk_request_bell(request))) or at `until`. No
 * lock is held and no thread waits meanwhile.
 */
struct mk_pause {
    int64_t until;    /* mk_monotonic_now() */
    int64_t deadline; /* the handler's, as the next two */
    uint64_t since;
    uint64_t number;
};

struct mk_call {
    struct mk_service *service;
    const struct mk_route *route; /* api/routes.h */
    const struct mk_request *request;
    const char *const *path; /* values of the template's parameters, in order */
    const json_t *query;     /* borrowed; NULL where the route has no table */
    const json_t *body;      /* borrowed; NULL where the route has none */
    struct mk_world *world;  /* the caller's, locked unless the route is_unlocked; NULL without */
    const char *scope;       /* of the caller's token */
    const char *request_id;
    int64_t now;                  /* of the world */
    const struct mk_pause *pause; /* what it left when it was called before; NULL: first called */
};

/* Header fields that handlers add. */
enum { MK_REPLY_HEADERS_MAX = 4 };

struct mk_reply_header {
    const char *name; /* a literal */
    char *value;      /* owned */
};

/* Starts zeroed. What it owns is freed by dispatch. */
struct mk_reply {
    unsigned status;
    json_t *json;                 /* owned: the body, or */
    struct mk_text text;          /* owned: JSON already written, or */
    const struct mk_asset *asset; /* something compiled in, or */
    const char *page;             /* borrowed for ever: a page, and */
    size_t page_length;
    const char *content_type;                             /* of asset and page */
    const char *content_encoding;                         /* of asset; NULL: none */
    struct mk_reply_header headers[MK_REPLY_HEADERS_MAX]; /* an error keeps them */
    size_t header_count;
    struct mk_pause pause;    /* with MK_LATER */
    struct mk_feed feed;      /* owned: a body without an end yet, of content_type */
    struct mk_world *garbage; /* owned: contents that a reset took out, for service->dispose */
    struct mk_problem problem;
    struct mk_issues issues;
};

typedef enum mk_err mk_handler(const struct mk_call *call, struct mk_reply *reply);

/* The largest JSON body of a reply. */
#define MK_REPLY_MAX ((size_t)64 * 1024 * 1024)

/* Answers with a JSON tree, which is stolen; NULL (jansson without memory) is MK_INTERNAL. */
enum mk_err mk_reply_json(struct mk_reply *reply, unsigned status, json_t *json);

/* Adds a header field: the name is a literal, the value is copied. */
void mk_reply_header(struct mk_reply *reply, const char *name, const char *value);

/* An issue at ["query", key]; returns MK_INVALID. */
enum mk_err mk_reply_bad_query(struct mk_reply *reply, const char *key, enum mk_issue issue);

/* Typed reads of a checked object: a key that is absent or null gives the fallback. */
const char *mk_get_text(const json_t *object, const char *key);
bool mk_get_boolean(const json_t *object, const char *key);
int64_t mk_get_integer(const json_t *object, const char *key);

#endif
