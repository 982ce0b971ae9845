/* SPDX-License-Identifier: MIT */
#include "http/probe.h"

#include "http/curl.h"

#include <stdio.h>
#include <string.h>

enum { TIMEOUT_SECONDS = 3 };

static size_t drop_body(char *bytes, size_t size, size_t count, void *context)
{
    (void)bytes;
    (void)context;
    return size * count;
}

static void set_options(const struct mk_curl *curl, CURL *handle, const char *url,
                        const char *unix_path)
{
    curl->easy_setopt(handle, CURLOPT_URL, url);
    curl->easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl->easy_setopt(handle, CURLOPT_NOPROXY, "*");
    curl->easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl->easy_setopt(handle, CURLOPT_TIMEOUT, (long)TIMEOUT_SECONDS);
    curl->easy_setopt(handle, CURLOPT_CAINFO, NULL); /* a hundred authorities, read for nothing */
    curl->easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 0L);
    curl->easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 0L);
    curl->easy_setopt(handle, CURLOPT_WRITEFUNCTION, drop_body);
    if (unix_path != NULL)
        curl->easy_setopt(handle, CURLOPT_UNIX_SOCKET_PATH, unix_path);
}

long mk_probe_get(const char *url, const char *unix_path, char error[MK_PROBE_ERROR_SIZE])
{
    const struct mk_curl *curl = mk_curl_load();
    CURL *handle = curl != NULL ? curl->easy_init() : NULL;
    long status = 0;

    if (handle == NULL) {
        snprintf(error, MK_PROBE_ERROR_SIZE, "libcurl can't be loaded");
        return 0;
    }
    set_options(curl, handle, url, unix_path);
    CURLcode code = curl->easy_perform(handle);
    if (code == CURLE_OK)
        curl->easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    else
        snprintf(error, MK_PROBE_ERROR_SIZE, "%s", curl->easy_strerror(code));
    curl->easy_cleanup(handle);
    return status;
}
