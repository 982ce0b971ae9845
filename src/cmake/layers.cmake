# SPDX-License-Identifier: MIT
#
# Checks the shape of the source tree under ROOT: cmake -DROOT=. -P src/cmake/layers.cmake
#
#   - a folder of src/ includes only the folders that its row below names, never upwards
#   - a system's header is included by the few files that wrap that system
#   - no source has more than 400 lines
#   - CMakeLists.txt lists every .c file

cmake_minimum_required(VERSION 3.25)

# Who may include whom. The files directly in src/ plug everything together and may include all.
set(layer_base base)
set(layer_json json base)
set(layer_data data base)
set(layer_http http base)
set(layer_core core data json base)
set(layer_api api core http data json base)
set(layer_connect connect api core http data json base)
set(layer_control control api core http data json base)

# Which files may include a system header.
set(only_microhttpd.h "^http/(server[a-z_]*|loop|listen)\\.[ch]$")
set(only_curl/curl.h "^http/curl\\.h$")
set(only_sys/random.h "^base/")
set(guarded_headers microhttpd.h curl/curl.h sys/random.h)

cmake_path(ABSOLUTE_PATH ROOT)
set(longest 400)
set(problems)

function(problem where what)
    set(problems ${problems} "src/${where}: ${what}" PARENT_SCOPE)
endfunction()

# One include of one of our own headers.
macro(check_own file folder header)
    if(header MATCHES "^([a-z]+)/")
        set(target ${CMAKE_MATCH_1})
        if(folder AND NOT target IN_LIST layer_${folder})
            problem(${file} "${folder} must not include ${target} (\"${header}\")")
        endif()
    elseif(folder)
        problem(${file} "name a header by its folder, none directly in src (\"${header}\")")
    endif()
endmacro()

macro(check_system file header)
    if(header IN_LIST guarded_headers AND NOT file MATCHES "${only_${header}}")
        problem(${file} "must not include <${header}>")
    endif()
endmacro()

macro(check_length file)
    file(READ ${ROOT}/src/${file} text)
    string(REGEX MATCHALL "\n" ends "${text}")
    list(LENGTH ends lines)
    if(lines GREATER longest)
        problem(${file} "has ${lines} lines, more than ${longest}: split it")
    endif()
endmacro()

macro(check_listed file)
    if(file MATCHES "\\.c$" AND NOT build MATCHES "[ \n]src/${file}[ \n)]")
        problem(${file} "is not listed in CMakeLists.txt")
    endif()
endmacro()

file(READ ${ROOT}/CMakeLists.txt build)
file(GLOB_RECURSE files RELATIVE ${ROOT}/src ${ROOT}/src/*.c ${ROOT}/src/*.h)
foreach(file IN LISTS files)
    cmake_path(GET file PARENT_PATH folder)
    if(folder AND NOT DEFINED layer_${folder})
        problem(${file} "the folder '${folder}' has no row in src/cmake/layers.cmake")
        continue()
    endif()
    check_length(${file})
    check_listed(${file})
    file(STRINGS ${ROOT}/src/${file} includes REGEX "^[ \t]*#[ \t]*include")
    foreach(line IN LISTS includes)
        if(line MATCHES "include[ \t]*\"([^\"]+)\"")
            set(header ${CMAKE_MATCH_1})
            check_own("${file}" "${folder}" "${header}")
        elseif(line MATCHES "include[ \t]*<([^>]+)>")
            set(header ${CMAKE_MATCH_1})
            check_system("${file}" "${header}")
        endif()
    endforeach()
endforeach()

list(LENGTH files count)
if(count EQUAL 0)
    message(FATAL_ERROR "no sources under ${ROOT}/src")
endif()
if(problems)
    list(JOIN problems "\n" text)
    message(FATAL_ERROR "The source tree breaks its own rules:\n${text}")
endif()
message(STATUS "${count} sources keep the rules")
