# SPDX-License-Identifier: MIT
#
# Installs exactly the packages that FROM/package-lock.json names as INTO/node_modules:
#
#     cmake -DNPM=npm -DFROM=DIRECTORY -DINTO=DIRECTORY -P src/cmake/npm_ci.cmake

file(COPY ${FROM}/package.json ${FROM}/package-lock.json ${FROM}/.npmrc DESTINATION ${INTO})
execute_process(
    COMMAND ${NPM} ci --prefer-offline --fetch-retries=1 --fetch-retry-mintimeout=1000
            --fetch-timeout=30000
    WORKING_DIRECTORY ${INTO}
    OUTPUT_VARIABLE said
    ERROR_VARIABLE said
    RESULT_VARIABLE status)
if(NOT status EQUAL 0)
    message(FATAL_ERROR "npm ci in ${INTO}:\n${said}")
endif()
