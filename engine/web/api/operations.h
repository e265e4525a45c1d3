/* Every operation of the interface for other programs; the route table says where it is. One subject is one file. */
#ifndef READINESS_WEB_API_OPERATIONS_H
#define READINESS_WEB_API_OPERATIONS_H

#include "web/api/operation.h"

extern const struct api_operation api_document;
extern const struct api_operation api_assessments_list, api_assessments_new, api_assessments_show;
extern const struct api_operation api_organisations_list, api_organisations_put;
extern const struct api_operation api_people_list, api_people_import, api_people_delete;
extern const struct api_operation api_waves_list, api_waves_open, api_waves_show, api_waves_extend, api_waves_close;
extern const struct api_operation api_counts_show;
extern const struct api_operation api_links_list;
extern const struct api_operation api_results_list, api_results_of;
extern const struct api_operation api_reports_make, api_reports_of, api_exports_make;
extern const struct api_operation api_jobs_show, api_jobs_file;
extern const struct api_operation api_hooks_list, api_hooks_add, api_hooks_remove;

#endif
