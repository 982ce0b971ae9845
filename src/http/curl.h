/* SPDX-License-Identifier: MIT */
/*
 * libcurl, loaded when it is first wanted: its libraries would be half of an idle server's memory,
 * and most servers never post. Only the files that posts and probes know curl.h.
 */
#ifndef MK_HTTP_CURL_H
#define MK_HTTP_CURL_H

#include <curl/curl.h>

/* clang-format off */
/* Result, name without curl_, arguments: what we use of it. */
#define MK_CURL_FUNCTIONS(X) \
    X(CURL *, easy_init, (void)) \
    X(CURLcode, easy_setopt, (CURL *handle, CURLoption option, ...)) \
    X(CURLcode, easy_perform, (CURL *handle)) \
    X(CURLcode, easy_getinfo, (CURL *handle, CURLINFO what, ...)) \
    X(const char *, easy_strerror, (CURLcode code)) \
    X(void, easy_cleanup, (CURL *handle)) \
    X(CURLcode, global_init, (long flags)) \
    X(struct curl_slist *, slist_append, (struct curl_slist *list, const char *text)) \
    X(void, slist_free_all, (struct curl_slist *list)) \
    X(CURLM *, multi_init, (void)) \
    X(CURLMcode, multi_add_handle, (CURLM *multi, CURL *handle)) \
    X(CURLMcode, multi_remove_handle, (CURLM *multi, CURL *handle)) \
    X(CURLMcode, multi_perform, (CURLM *multi, int *running)) \
    X(CURLMcode, multi_poll, (CURLM *multi, struct curl_waitfd fds[], unsigned count, \
                              int milliseconds, int *ret_ready)) \
    X(CURLMsg *, multi_info_read, (CURLM *multi, int *left)) \
    X(CURLMcode, multi_cleanup, (CURLM *multi))

struct mk_curl {
#define X(result, name, arguments) result (*name) arguments;
    MK_CURL_FUNCTIONS(X)
#undef X
};
/* clang-format on */

/* Never unloaded. NULL when there is no libcurl. Any thread. */
const struct mk_curl *mk_curl_load(void);

#endif
