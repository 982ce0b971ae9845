# SPDX-License-Identifier: MIT
#
# mk_embed(TARGET NAME FILE) compiles a file's bytes into a target as `mk_asset_NAME`, which
# src/data/assets.h declares. The assembler reads the file itself (.incbin), so size costs nothing;
# a NUL follows the bytes, and the object says that it needs no executable stack.

function(mk_embed target name file)
    cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY ${PROJECT_SOURCE_DIR})
    set(source ${PROJECT_BINARY_DIR}/assets/${name}.S)
    file(CONFIGURE OUTPUT ${source} @ONLY CONTENT [[
    .section .rodata
bytes:
    .incbin "@file@"
end:
    .byte 0

    .section .data.rel.ro, "aw"
    .balign 16
    .globl mk_asset_@name@
    .hidden mk_asset_@name@
    .type mk_asset_@name@, %object
    .size mk_asset_@name@, 2 * __SIZEOF_POINTER__
mk_asset_@name@:
    .dc.a bytes
    .dc.a end - bytes

    .section .note.GNU-stack, "", %progbits
]])
    set_source_files_properties(${source} PROPERTIES OBJECT_DEPENDS ${file})
    target_sources(${target} PRIVATE ${source})
endfunction()

# mk_embed_folder(TARGET NAME FOLDER PATH...) compiles several files of a folder into a target as
# the table `mk_asset_files_NAME` of src/data/assets.h: each with its path under the folder, in the
# order given, and a row without a path at the end.

function(mk_embed_folder target name folder)
    cmake_path(ABSOLUTE_PATH folder BASE_DIRECTORY ${PROJECT_SOURCE_DIR})
    set(source ${PROJECT_BINARY_DIR}/assets/files_${name}.S)
    set(contents)
    set(rows)
    set(files)
    set(number 0)
    foreach(path IN LISTS ARGN)
        list(APPEND files ${folder}/${path})
        string(APPEND contents "path${number}:\n    .asciz \"${path}\"\n"
            "bytes${number}:\n    .incbin \"${folder}/${path}\"\nend${number}:\n    .byte 0\n")
        string(APPEND rows "    .dc.a path${number}\n    .dc.a bytes${number}\n"
            "    .dc.a end${number} - bytes${number}\n")
        math(EXPR number "${number} + 1")
    endforeach()
    file(CONFIGURE OUTPUT ${source} @ONLY CONTENT [[
    .section .rodata
@contents@
    .section .data.rel.ro, "aw"
    .balign 16
    .globl mk_asset_files_@name@
    .hidden mk_asset_files_@name@
    .type mk_asset_files_@name@, %object
mk_asset_files_@name@:
@rows@
    .dc.a 0
    .dc.a 0
    .dc.a 0
    .size mk_asset_files_@name@, . - mk_asset_files_@name@

    .section .note.GNU-stack, "", %progbits
]])
    set_source_files_properties(${source} PROPERTIES OBJECT_DEPENDS "${files}")
    target_sources(${target} PRIVATE ${source})
endfunction()
