# SPDX-License-Identifier: MIT
#
# Makes WORK/viewer.js.gz and WORK/viewer.css.gz of Swagger UI and src/web/docs-viewer/start.js:
#
#     cmake -DNPM=npm -DFROM=DIRECTORY -DWORK=DIRECTORY -DMODE=ON|AUTO -P make_docs_viewer.cmake
#
# With AUTO a failure leaves empty files and a line of text.

# Ends with an error, or after AUTO's way of failing returns from where it is called.
macro(give_up_if status said)
    if(NOT ${status} EQUAL 0)
        if(NOT MODE STREQUAL "AUTO")
            message(FATAL_ERROR "${${said}}")
        endif()
        file(WRITE ${WORK}/failure.log "${${said}}")
        file(WRITE ${WORK}/viewer.js.gz "")
        file(WRITE ${WORK}/viewer.css.gz "")
        message(NOTICE "/docs goes without its API viewer: ${WORK}/failure.log says why")
        return()
    endif()
endmacro()

execute_process(
    COMMAND ${CMAKE_COMMAND} -DNPM=${NPM} -DFROM=${FROM} -DINTO=${WORK}
            -P ${CMAKE_CURRENT_LIST_DIR}/npm_ci.cmake
    ERROR_VARIABLE said
    RESULT_VARIABLE status)
give_up_if(status said)

set(package ${WORK}/node_modules/swagger-ui-dist)
file(READ ${package}/NOTICE notice)
file(READ ${package}/LICENSE license)
file(READ ${package}/swagger-ui-bundle.js.LICENSE.txt bundled_licenses) # comments, all of it
file(READ ${package}/swagger-ui-bundle.js bundle)
file(READ ${package}/swagger-ui.css style)
file(READ ${FROM}/start.js start)
file(READ ${FROM}/fixes.css fixes)
set(head "/*\n${notice}\n${license}*/\n")
file(WRITE ${WORK}/viewer.js "${head}${bundled_licenses}${bundle}\n${start}")
file(WRITE ${WORK}/viewer.css "${head}${style}\n${fixes}")

# -n leaves name and time out: the same input, the same bytes.
foreach(file IN ITEMS viewer.js viewer.css)
    execute_process(
        COMMAND gzip -9 -n -c ${WORK}/${file}
        OUTPUT_FILE ${WORK}/${file}.gz
        ERROR_VARIABLE said
        RESULT_VARIABLE status)
    give_up_if(status said)
endforeach()
