# embed_files(TARGET PATTERNS...): builds the matching files of the repository into TARGET, for base/embedded.h to find
# under their path in the repository.
function(embed_files target)
  set(files)
  foreach(pattern ${ARGN})
    file(GLOB_RECURSE found CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${pattern})
    list(APPEND files ${found})
  endforeach()
  list(SORT files)
  set(assembly "")
  set(declarations "")
  set(table "")
  set(i 0)
  foreach(file ${files})
    file(RELATIVE_PATH path ${CMAKE_SOURCE_DIR} ${file})
    string(APPEND assembly
           "__asm__(\".section .rodata\\n.global embedded_${i}\\nembedded_${i}:\\n.incbin \\\"${file}\\\"\\n\"\n"
           "        \".global embedded_end_${i}\\nembedded_end_${i}:\\n.byte 0\\n.text\\n\");\n")
    string(APPEND declarations "extern const char embedded_${i}[], embedded_end_${i}[];\n")
    string(APPEND table "    {\"${path}\", embedded_${i}, embedded_end_${i}},\n")
    math(EXPR i "${i} + 1")
  endforeach()
  set(source ${CMAKE_BINARY_DIR}/embedded_table.c)
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT
       "#include \"base/embedded.h\"\n${assembly}${declarations}const struct embedded_file embedded_files[] = {\n${table}    {0, 0, 0}};\nconst size_t embedded_count = ${i};\n")
  set_source_files_properties(${source} PROPERTIES OBJECT_DEPENDS "${files}")
  target_sources(${target} PRIVATE ${source})
endfunction()
