# SPDX-License-Identifier: MIT
#
# mk_embed_docs_viewer(TARGET) embeds the API viewer of /docs, which src/web/docs-viewer/ pins, as
# mk_asset_viewer_js and mk_asset_viewer_css, compressed. MK_DOCS_VIEWER says whether: ON, OFF, or
# AUTO, which is ON as far as npm is there and gets it. Without the viewer they are empty.

function(mk_embed_docs_viewer target)
    set(work ${PROJECT_BINARY_DIR}/docs-viewer)
    set(from ${PROJECT_SOURCE_DIR}/src/web/docs-viewer)
    set(script ${PROJECT_SOURCE_DIR}/src/cmake/make_docs_viewer.cmake)
    set(js ${work}/viewer.js.gz)
    set(css ${work}/viewer.css.gz)
    find_program(MK_NPM npm)

    if(MK_DOCS_VIEWER STREQUAL "ON" AND NOT MK_NPM)
        message(FATAL_ERROR "MK_DOCS_VIEWER=ON needs npm")
    elseif(MK_DOCS_VIEWER STREQUAL "OFF" OR NOT MK_NPM)
        set(js ${work}/none)
        set(css ${work}/none)
        if(NOT EXISTS ${js})
            file(WRITE ${js} "")
        endif()
    else()
        mk_remove_empty(${js} ${css})
        add_custom_command(OUTPUT ${js} ${css}
            COMMAND ${CMAKE_COMMAND} -DNPM=${MK_NPM} -DFROM=${from} -DWORK=${work}
                    -DMODE=${MK_DOCS_VIEWER} -P ${script}
            DEPENDS ${script} ${PROJECT_SOURCE_DIR}/src/cmake/npm_ci.cmake
                    ${from}/package-lock.json ${from}/.npmrc ${from}/start.js ${from}/fixes.css
            COMMENT "Getting the API viewer of /docs" VERBATIM)
    endif()
    mk_embed(${target} viewer_js ${js})
    mk_embed(${target} viewer_css ${css})
endfunction()

# What AUTO could not get is tried again when the build is configured again.
function(mk_remove_empty)
    foreach(file IN LISTS ARGN)
        if(EXISTS ${file})
            file(SIZE ${file} size)
            if(size EQUAL 0)
                file(REMOVE ${file})
            endif()
        endif()
    endforeach()
endfunction()
