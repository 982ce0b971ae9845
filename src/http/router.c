/* SPDX-License-Identifier: MIT */
/*
 * The templates are one tree: a node per distinct prefix, its literal children in a list, and at
 * most one child that takes any segment. Nodes lie in one array and name each other by index; the
 * root, 0, is nobody's child, so 0 also means "none".
 */
#include "http/router.h"

#include "base/memory.h"
#include "base/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct node {
    const char *text; /* the literal, not NUL-ended; unused for a parameter */
    size_t length;
    uint32_t literal;   /* first literal child */
    uint32_t sibling;   /* next literal child of the same parent */
    uint32_t parameter; /* child that takes any segment */
    unsigned methods;   /* bit 1 << method for every route that ends here */
    size_t routes[MK_METHOD_COUNT];
};

struct mk_router {
    struct node *nodes;
    uint32_t count;
};

/* No template is deeper; a deeper path is not split to its end. */
enum { SEGMENTS_MAX = 12 };

struct segment {
    const char *text; /* decoded when it had escapes, else still inside the target */
    size_t length;
    bool copied; /* text is NUL-ended UTF-8 inside the match */
};

/* One lookup under way. */
struct walk {
    const struct node *nodes;
    enum mk_method method;
    struct mk_match *match;
    struct segment segments[SEGMENTS_MAX];
    size_t segment_count;
    const char *values[MK_PATH_VALUES_MAX]; /* on the way from the root to here */
    size_t value_count;
    size_t used; /* of match->decoded */
};

static uint32_t add_node(struct mk_router *router)
{
    router->nodes = mk_resize(router->nodes, router->count + 1, sizeof(*router->nodes));
    router->nodes[router->count] = (struct node){ 0 };
    return router->count++;
}

static uint32_t parameter_child(struct mk_router *router, uint32_t parent)
{
    if (router->nodes[parent].parameter == 0) {
        uint32_t child = add_node(router);
        router->nodes[parent].parameter = child;
    }
    return router->nodes[parent].parameter;
}

static uint32_t literal_child(struct mk_router *router, uint32_t parent, const char *text,
                              size_t length)
{
    uint32_t child = router->nodes[parent].literal;

    for (; child != 0; child = router->nodes[child].sibling) {
        const struct node *node = &router->nodes[child];
        if (node->length == length && memcmp(node->text, text, length) == 0)
            return child;
    }
    child = add_node(router);
    router->nodes[child].text = text;
    router->nodes[child].length = length;
    router->nodes[child].sibling = router->nodes[parent].literal;
    router->nodes[parent].literal = child;
    return child;
}

static void add_route(struct mk_router *router, size_t route, enum mk_method method,
                      const char *template)
{
    uint32_t at = 0;
    size_t parameters = 0;
    size_t segments = 0;

    for (const char *slash = template; *slash == '/';) {
        size_t length = strcspn(slash + 1, "/");
        bool parameter = slash[1] == '{';
        at = parameter ? parameter_child(router, at) : literal_child(router, at, slash + 1, length);
        parameters += parameter;
        segments++;
        slash += 1 + length;
    }
    struct node *node = &router->nodes[at];
    if (at == 0 || parameters > MK_PATH_VALUES_MAX || segments > SEGMENTS_MAX ||
        method >= MK_METHOD_COUNT || (node->methods & 1u << method) != 0)
        abort(); /* a mistake in a table of ours */
    node->methods |= 1u << method;
    node->routes[method] = route;
}

struct mk_router *mk_router_new(const enum mk_method *methods, const char *const *templates,
                                size_t count)
{
    struct mk_router *router = mk_alloc_zero(1, sizeof(*router));

    add_node(router);
    for (size_t i = 0; i < count; i++)
        add_route(router, i, methods[i], templates[i]);
    return router;
}

void mk_router_free(struct mk_router *router)
{
    if (router == NULL)
        return;
    free(router->nodes);
    free(router);
}

/* What a path answers to beyond its routes: HEAD with GET, and OPTIONS always. */
static unsigned allowed_methods(unsigned methods)
{
    if (methods & 1u << MK_GET)
        methods |= 1u << MK_HEAD;
    return methods | 1u << MK_OPTIONS;
}

/* The first end that has the method wins, the others only add to `allowed`. */
static void arrive(const struct walk *walk, const struct node *node)
{
    struct mk_match *match = walk->match;
    enum mk_method method = walk->method;

    if (node->methods == 0)
        return;
    match->allowed |= allowed_methods(node->methods);
    if (method == MK_HEAD && !(node->methods & 1u << MK_HEAD))
        method = MK_GET;
    if (match->found || method >= MK_METHOD_COUNT || !(node->methods & 1u << method))
        return;
    match->found = true;
    match->route = node->routes[method];
    match->value_count = walk->value_count;
    memcpy(match->values, walk->values, walk->value_count * sizeof(walk->values[0]));
}

/*
 * Decodes, checks and NUL-ends a segment; there is room, since it is no longer than its raw form.
 */
static bool copy_segment(struct walk *walk, struct segment *segment)
{
    char *copy = walk->match->decoded + walk->used;

    if (segment->copied)
        return true;
    if (!mk_percent_decode(segment->text, segment->length, false, copy))
        return false;
    segment->text = copy;
    segment->length = strlen(copy);
    segment->copied = true;
    walk->used += segment->length + 1;
    return true;
}

static uint32_t find_literal(const struct walk *walk, const struct node *parent,
                             const struct segment *segment)
{
    uint32_t child = parent->literal;

    for (; child != 0; child = walk->nodes[child].sibling) {
        const struct node *node = &walk->nodes[child];
        if (node->length == segment->length &&
            memcmp(node->text, segment->text, segment->length) == 0)
            break;
    }
    return child;
}

/* Literal first, then the parameter: both ways are gone, since either may have the method. */
static void descend(struct walk *walk, const struct node *node, size_t depth)
{
    if (depth == walk->segment_count) {
        arrive(walk, node);
        return;
    }
    struct segment *segment = &walk->segments[depth];
    uint32_t literal = find_literal(walk, node, segment);
    if (literal != 0)
        descend(walk, &walk->nodes[literal], depth + 1);
    if (node->parameter == 0 || segment->length == 0 || !copy_segment(walk, segment))
        return;
    walk->values[walk->value_count++] = segment->text;
    descend(walk, &walk->nodes[node->parameter], depth + 1);
    walk->value_count--;
}

/* Segments with escapes are decoded at once; false when the path can't match anything. */
static bool split(struct walk *walk, const char *path, size_t length)
{
    const char *end = path + length;

    if (length == 0 || path[0] != '/' || length >= sizeof(walk->match->decoded))
        return false;
    for (const char *at = path; at < end;) {
        const char *text = at + 1;
        const char *slash = memchr(text, '/', (size_t)(end - text));
        at = slash != NULL ? slash : end;
        if (walk->segment_count == SEGMENTS_MAX)
            return false;
        struct segment *segment = &walk->segments[walk->segment_count++];
        *segment = (struct segment){ .text = text, .length = (size_t)(at - text) };
        if (memchr(text, '%', segment->length) != NULL && !copy_segment(walk, segment))
            return false;
    }
    return true;
}

/* "http://host/path" from its path on; an absolute target without a path means "/". */
static const char *skip_authority(const char *target)
{
    size_t scheme = strcspn(target, ":/?");

    if (scheme == 0 || strncmp(target + scheme, "://", 3) != 0)
        return target;
    const char *host = target + scheme + 3;
    return host + strcspn(host, "/?");
}

void mk_router_find(const struct mk_router *router, enum mk_method method, const char *target,
                    struct mk_match *match)
{
    struct walk walk;
    const char *path = target[0] == '/' ? target : skip_authority(target);
    size_t length = strcspn(path, "?");

    match->found = false;
    match->allowed = 0;
    match->value_count = 0;
    match->query = path[length] == '?' ? path + length + 1 : "";
    if (length == 0 && path != target) {
        path = "/";
        length = 1;
    }
    walk.nodes = router->nodes;
    walk.method = method;
    walk.match = match;
    walk.segment_count = 0;
    walk.value_count = 0;
    walk.used = 0;
    if (split(&walk, path, length))
        descend(&walk, &router->nodes[0], 0);
}
