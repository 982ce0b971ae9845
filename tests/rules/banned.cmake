# SPDX-License-Identifier: MIT
#
# Proves that src/base/banned.h (HEADER) stops the compiler (CC) at each function it bans, and at
# nothing else. Each case is one call.

cmake_minimum_required(VERSION 3.25)

set(banned
    "strcpy(to, from)" "stpcpy(to, from)" "strncpy(to, from, 1)" "strncat(to, from, 1)" "strcat(to, from)" "sprintf(to, \"%s\", from)"
    "vsprintf(to, from, list)" "strtok(to, from)" "gmtime(&now)" "localtime(&now)" "ctime(&now)"
    "asctime(&parts)" "atoi(from)" "atol(from)" "atoll(from)" "atof(from)" "time(&now)" "clock()"
    "clock_gettime(CLOCK_REALTIME, &spec)" "gettimeofday(&val, 0)" "timespec_get(&spec, TIME_UTC)"
    "ftime(&timeb)" "rand()" "rand_r(&seed)" "srand(1)" "random()" "srandom(1)" "drand48()"
    "lrand48()" "mrand48()" "getrandom(to, 9, 0)" "getentropy(to, 9)" "arc4random()"
    "arc4random_buf(to, 9)" "arc4random_uniform(9)" "uuid_generate(id)" "uuid_generate_random(id)"
    "uuid_generate_time(id)" "uuid_generate_time_safe(id)")

# Names that only look alike, and neighbours of banned functions.
set(innocent
    "snprintf(to, 9, \"%s\", from)" "vsnprintf(to, 9, from, list)" "memcpy(to, from, 1)"
    "gmtime_r(&now, &parts)" "nanosleep(&spec, 0)" "uuid_parse(from, id)" "members.time = 1"
    "members.random = members.clock")

function(compile call ret_result ret_output)
    file(WRITE ${WORK}/case.c "
#include <stdarg.h>
void use(char *to, const char *from, va_list list, time_t now, struct tm parts, unsigned seed,
         struct timespec spec, struct timeval val, struct timeb timeb, uuid_t id);
void use(char *to, const char *from, va_list list, time_t now, struct tm parts, unsigned seed,
         struct timespec spec, struct timeval val, struct timeb timeb, uuid_t id)
{
    struct { int time; int clock; int random; } members = { 0 };
    ${call};
}
")
    execute_process(
        COMMAND ${CC} -std=c17 -D_GNU_SOURCE ${ARGN} -fsyntax-only -include ${HEADER} ${WORK}/case.c
        RESULT_VARIABLE result ERROR_VARIABLE output)
    set(${ret_result} ${result} PARENT_SCOPE)
    set(${ret_output} "${output}" PARENT_SCOPE)
endfunction()

foreach(call IN LISTS banned)
    string(REGEX MATCH "^[a-z0-9_]+" name ${call})
    compile("${call}" result output)
    if(result EQUAL 0)
        message(SEND_ERROR "${name} compiles")
    elseif(NOT output MATCHES "${name} is banned")
        message(SEND_ERROR "${name} fails to compile for another reason:\n${output}")
    endif()
endforeach()

foreach(call IN LISTS innocent)
    compile("${call}" result output)
    if(NOT result EQUAL 0)
        message(SEND_ERROR "'${call}' should compile:\n${output}")
    endif()
endforeach()

compile("time(&now); clock()" result output -DMK_MAY_USE_CLOCK)
if(NOT result EQUAL 0)
    message(SEND_ERROR "MK_MAY_USE_CLOCK does not allow clocks:\n${output}")
endif()

# A ban that this file forgot would be a ban without a proof.
file(STRINGS ${HEADER} rows REGEX "^#define [a-z0-9_]+\\(\\.\\.\\.\\)")
list(LENGTH rows defined)
list(LENGTH banned proven)
if(NOT defined EQUAL proven)
    message(SEND_ERROR "${HEADER} bans ${defined} functions, ${proven} are proven here")
endif()

file(REMOVE_RECURSE ${WORK})
