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
