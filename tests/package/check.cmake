# SPDX-License-Identifier: MIT
#
# Installs BUILD under WORK, looks for what an installation has, and builds and runs a program that
# uses it, with the compiler CC.

cmake_minimum_required(VERSION 3.25)

function(run)
    execute_process(COMMAND ${ARGN}
        RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
    if(NOT result EQUAL 0)
        list(JOIN ARGN " " command)
        message(FATAL_ERROR "${command}\n${output}")
    endif()
endfunction()

file(REMOVE_RECURSE ${WORK})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix)

file(GLOB_RECURSE files RELATIVE ${WORK}/prefix ${WORK}/prefix/*)
foreach(wanted IN ITEMS "^bin/moneykit-sandbox$" "^include/moneykit_sandbox\\.h$"
                        "libmoneykit_sandbox\\.a$" "man1/moneykit-sandbox\\.1$"
                        "pkgconfig/moneykit_sandbox\\.pc$" "moneykit_sandboxConfig\\.cmake$")
    set(found ${files})
    list(FILTER found INCLUDE REGEX ${wanted})
    if(NOT found)
        message(SEND_ERROR "nothing installed matches ${wanted}")
    endif()
endforeach()

run(${WORK}/prefix/bin/moneykit-sandbox --version)
run(${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR} -B ${WORK}/build -DCMAKE_C_COMPILER=${CC}
    -DCMAKE_PREFIX_PATH=${WORK}/prefix)
run(${CMAKE_COMMAND} --build ${WORK}/build)
run(${CMAKE_CTEST_COMMAND} --test-dir ${WORK}/build --output-on-failure)
