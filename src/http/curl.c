/* SPDX-License-Identifier: MIT */
#include "http/curl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

static struct mk_curl curl;
static bool is_loaded;

static void *load_library(void)
{
    void *library = dlopen("libcurl-gnutls.so.4", RTLD_NOW | RTLD_LOCAL);

    return library != NULL ? library : dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
}

/* `ret_function` is the address of a function pointer: C has no cast from an object's. */
static bool load_function(void *library, const char *name, void *ret_function)
{
    void *symbol = dlsym(library, name);

    memcpy(ret_function, &symbol, sizeof(symbol));
    return symbol != NULL;
}

static void load(void)
{
    void *library = load_library();

    is_loaded = library != NULL;
#define X(result, name, arguments) \
    is_loaded = is_loaded && load_function(library, "curl_" #name, &curl.name);
    MK_CURL_FUNCTIONS(X)
#undef X
    is_loaded = is_loaded && curl.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

const struct mk_curl *mk_curl_load(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, load);
    return is_loaded ? &curl : NULL;
}
