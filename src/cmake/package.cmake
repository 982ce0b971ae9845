# SPDX-License-Identifier: MIT
#
# What `cmake --install` leaves: program, library, header, man page, and the two descriptions by
# which other builds find the library (pkg-config and find_package).

include(CMakePackageConfigHelpers)

set(MK_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/moneykit_sandbox)
list(JOIN MK_PKG_MODULES " " MK_PKG_MODULES_LINE)

# The .pc file finds its prefix from where it lies, so an installation may be moved.
set(MK_PC_DIR ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig)
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX BASE_DIRECTORY ${MK_PC_DIR}
    OUTPUT_VARIABLE MK_PC_PREFIX)

configure_file(src/cmake/moneykit_sandbox.pc.in moneykit_sandbox.pc @ONLY)
configure_package_config_file(src/cmake/moneykit_sandboxConfig.cmake.in
    moneykit_sandboxConfig.cmake INSTALL_DESTINATION ${MK_PACKAGE_DIR})
write_basic_package_version_file(moneykit_sandboxConfigVersion.cmake
    COMPATIBILITY SameMinorVersion)

install(TARGETS moneykit-sandbox)
install(TARGETS moneykit_sandbox EXPORT moneykit_sandbox)
install(FILES include/moneykit_sandbox.h TYPE INCLUDE)
install(FILES src/moneykit-sandbox.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES LICENSE TYPE DOC)
install(FILES ${PROJECT_BINARY_DIR}/moneykit_sandbox.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(FILES ${PROJECT_BINARY_DIR}/moneykit_sandboxConfig.cmake
              ${PROJECT_BINARY_DIR}/moneykit_sandboxConfigVersion.cmake
        DESTINATION ${MK_PACKAGE_DIR})
set_target_properties(moneykit_sandbox PROPERTIES EXPORT_NAME sandbox)
install(EXPORT moneykit_sandbox NAMESPACE moneykit:: FILE moneykit_sandboxTargets.cmake
        DESTINATION ${MK_PACKAGE_DIR})
