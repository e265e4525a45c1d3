# `cmake --install`, and a Debian package by `cpack` in the build folder (docs/operator.md). The manual pages and the
# completion are printed by the program itself, from its table of commands.
include(GNUInstallDirs)

# The settings of an installed program: the same file, with the places of a service.
file(READ ${CMAKE_SOURCE_DIR}/config/readiness.ini settings)
foreach(place "sqlite:var/readiness.db|sqlite:/var/lib/readiness/readiness.db" "\"var/keys\"|\"/var/lib/readiness-keys\""
        "\"surveys\"|\"/var/lib/readiness/surveys\"" "\"config/strategies\"|\"/etc/readiness/strategies\""
        "terms    = \"\"|terms    = \"/etc/readiness/terms.ini\"")
  string(REPLACE "|" ";" pair "${place}")
  list(GET pair 0 here)
  list(GET pair 1 there)
  string(FIND "${settings}" "${here}" at)
  if(at EQUAL -1)
    message(FATAL_ERROR "config/readiness.ini has no ${here} any more; cmake/package.cmake changes it for the package")
  endif()
  string(REPLACE "${here}" "${there}" settings "${settings}")
endforeach()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/config/readiness.ini)
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/package/readiness.ini CONTENT "${settings}" @ONLY)

add_custom_command(
  OUTPUT package/readiness.1.gz package/fr/readiness.1.gz package/completion package/changelog.gz
  COMMAND ${CMAKE_COMMAND} -E make_directory package/fr
  COMMAND READINESS_TEXTS_LANGUAGE=en $<TARGET_FILE:readiness> manual | gzip -9n > package/readiness.1.gz
  COMMAND READINESS_TEXTS_LANGUAGE=fr $<TARGET_FILE:readiness> manual | gzip -9n > package/fr/readiness.1.gz
  COMMAND $<TARGET_FILE:readiness> completion > package/completion
  COMMAND gzip -9nc ${CMAKE_SOURCE_DIR}/CHANGELOG.md > package/changelog.gz
  WORKING_DIRECTORY ${CMAKE_BINARY_DIR}
  DEPENDS readiness ${CMAKE_SOURCE_DIR}/CHANGELOG.md
  VERBATIM)
add_custom_target(package_files ALL DEPENDS package/readiness.1.gz)

install(TARGETS readiness)
install(FILES ${CMAKE_BINARY_DIR}/package/readiness.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${CMAKE_BINARY_DIR}/package/fr/readiness.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/fr/man1)
install(FILES ${CMAKE_BINARY_DIR}/package/completion DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
        RENAME readiness)
install(FILES ${CMAKE_BINARY_DIR}/package/readiness.ini ${CMAKE_SOURCE_DIR}/config/terms.ini DESTINATION /etc/readiness)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/config/strategies DESTINATION /etc/readiness FILES_MATCHING PATTERN "*.md")
install(DIRECTORY ${CMAKE_SOURCE_DIR}/surveys DESTINATION ${CMAKE_INSTALL_DATADIR}/readiness)
install(FILES ${CMAKE_SOURCE_DIR}/config/systemd/readiness.service ${CMAKE_SOURCE_DIR}/config/systemd/readiness-backup.service
              ${CMAKE_SOURCE_DIR}/config/systemd/readiness-backup.timer DESTINATION /usr/lib/systemd/system)
install(FILES ${CMAKE_SOURCE_DIR}/config/systemd/sysusers.conf DESTINATION /usr/lib/sysusers.d RENAME readiness.conf)
install(FILES ${CMAKE_SOURCE_DIR}/config/systemd/tmpfiles.conf DESTINATION /usr/lib/tmpfiles.d RENAME readiness.conf)
install(FILES ${CMAKE_SOURCE_DIR}/config/proxy/nginx.conf ${CMAKE_SOURCE_DIR}/config/proxy/Caddyfile
        DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
install(FILES ${CMAKE_SOURCE_DIR}/docs/operator.md ${CMAKE_SOURCE_DIR}/cmake/debian/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${CMAKE_BINARY_DIR}/package/changelog.gz DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_CONTACT "the Readiness authors <readiness@localhost>")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION web)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "systemd | systemd-standalone-sysusers, systemd | systemd-standalone-tmpfiles, tzdata")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "nginx | caddy, ca-certificates")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "surveys of what helps and hinders a new practice
A small, self-hosted survey engine for people who help organisations put
something new into practice. Staff rate themselves and their organisation,
each organisation gives one agreed rating, and a practitioner takes an Excel
report into the meeting. Nobody can link an answer to a person.")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
file(WRITE ${CMAKE_BINARY_DIR}/package/conffiles "/etc/readiness/readiness.ini\n/etc/readiness/terms.ini\n/etc/readiness/strategies/README.md\n")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    "${CMAKE_SOURCE_DIR}/cmake/debian/postinst;${CMAKE_SOURCE_DIR}/cmake/debian/prerm;${CMAKE_SOURCE_DIR}/cmake/debian/postrm;${CMAKE_BINARY_DIR}/package/conffiles")
include(CPack)
