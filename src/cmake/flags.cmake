# SPDX-License-Identifier: MIT
#
# How our own code is compiled. mk_flags(TARGET) gives a target the language, the warnings, the
# hardening of a release and whatever MK_SANITIZE and MK_FUZZ ask for. mk_ban(HEADER SOURCES...)
# includes a header ahead of every line of these sources.

set(CMAKE_POSITION_INDEPENDENT_CODE ON)
include(CheckPIESupported)
check_pie_supported(LANGUAGES C)

# Tests keep their asserts: only a Release build defines NDEBUG.
set(CMAKE_C_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g")
set(CMAKE_C_FLAGS_DEBUG "-O1 -g -fno-omit-frame-pointer")

set(MK_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes
    -Wmissing-prototypes -Wvla -Wformat=2)
if(MK_WERROR)
    list(APPEND MK_WARNINGS -Werror)
endif()

set(MK_INSTRUMENT)
if(MK_SANITIZE)
    list(APPEND MK_INSTRUMENT -fsanitize=${MK_SANITIZE} -fno-sanitize-recover=all)
    # gcc says of its sanitizers that they make these two warn without reason.
    list(APPEND MK_WARNINGS
        $<$<C_COMPILER_ID:GNU>:-Wno-format-truncation>
        $<$<C_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
endif()
if(MK_FUZZ)
    if(NOT CMAKE_C_COMPILER_ID MATCHES Clang)
        message(FATAL_ERROR "MK_FUZZ needs clang: configure with -DCMAKE_C_COMPILER=clang")
    endif()
    list(APPEND MK_INSTRUMENT -fsanitize=fuzzer-no-link)
endif()

# The objects hold machine code too (fat), so that the installed archive works with any compiler.
# clang's kind needs a linker that a plain machine lacks, so it goes without.
set(MK_LTO)
if(CMAKE_C_COMPILER_ID STREQUAL GNU AND NOT MK_INSTRUMENT)
    set(MK_LTO -flto=auto -ffat-lto-objects)
endif()

function(mk_flags target)
    target_compile_features(${target} PRIVATE c_std_17)
    target_compile_definitions(${target} PRIVATE _GNU_SOURCE)
    target_compile_options(${target} PRIVATE
        $<$<COMPILE_LANGUAGE:C>:${MK_WARNINGS}> ${MK_INSTRUMENT}
        -fvisibility=hidden -fstack-protector-strong)
    target_link_options(${target} PRIVATE ${MK_INSTRUMENT} -Wl,-z,relro,-z,now,-z,noexecstack)
    if(CMAKE_BUILD_TYPE STREQUAL Release)
        target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:C>:${MK_LTO}>)
        target_link_options(${target} PRIVATE ${MK_LTO})
        if(NOT MK_INSTRUMENT)
            target_compile_options(${target} PRIVATE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
        endif()
    endif()
endfunction()

function(mk_ban header)
    cmake_path(ABSOLUTE_PATH header BASE_DIRECTORY ${PROJECT_SOURCE_DIR})
    set_property(SOURCE ${ARGN} APPEND PROPERTY COMPILE_OPTIONS -include ${header})
endfunction()
