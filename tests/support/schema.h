/* SPDX-License-Identifier: MIT */
/*
 * Field tables as JSON Schema in the dialect of OpenAPI 3.1, to be compared with openapi.json.
 *
 * Descriptions and examples are not in the tables, so not here either. Named shapes, named choices
 * and MK_DATE_OR_TIME (ModelDate) are {"$ref": "#/components/schemas/NAME"} wherever they are used.
 */
#ifndef MK_TESTS_SCHEMA_H
#define MK_TESTS_SCHEMA_H

#include "json/shape.h"

/* The schema of a shape itself, not a $ref to it: a new reference. Aborts when memory runs out. */
json_t *mk_shape_schema(const struct mk_shape *shape);

/* The schema of one row, as it stands under `properties` or in a parameter: a new reference. */
json_t *mk_field_schema(const struct mk_field *field);

/* Adds every schema with a name that is used under `shape`, its own included. */
void mk_shape_components(const struct mk_shape *shape, json_t *components);

#endif
