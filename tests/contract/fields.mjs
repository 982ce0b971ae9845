// SPDX-License-Identifier: MIT
//
// Which properties the schemas of replies have, and which of them a reply fills: with something
// else than null, an empty list or an empty object. A property is named by the component that it
// stands in, "Link.tags"; below an inline schema by the way to it, "get_links 200.page.size".

// The schemas that say something about the same value.
const inPlaceOf = (schema) =>
  [...(schema.allOf ?? []), ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];

const isNull = (schema) => schema.type === 'null' || schema.const === null;

const isFilled = (value) => {
  if (value === null)
    return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
};

// Adds the names of all properties under a rewritten schema.
export function collectFields(schemas, schema, place, names, visited = new Set()) {
  if (typeof schema !== 'object')
    return;
  const collect = (part, where) => collectFields(schemas, part, where, names, visited);
  if (schema.$ref) {
    const target = schemas.follow(schema);
    if (!visited.has(target.name)) {
      visited.add(target.name);
      collect(target.schema, target.name);
    }
  }
  for (const [key, value] of Object.entries(schema.properties ?? {})) {
    if (!isNull(value))
      names.add(`${place}.${key}`);
    collect(value, `${place}.${key}`);
  }
  for (const part of inPlaceOf(schema))
    collect(part, place);
  collect(schema.items, place);
  collect(schema.additionalProperties, place);
}

// Adds the names of the properties that a valid value fills.
export function fillFields(schemas, schema, place, value, names) {
  if (typeof schema !== 'object' || typeof value !== 'object' || value === null)
    return;
  const fill = (part, where, inner) => fillFields(schemas, part, where, inner, names);
  if (schema.$ref) {
    const target = schemas.follow(schema);
    fill(target.schema, target.name, value);
  }
  for (const part of schema.allOf ?? [])
    fill(part, place, value);
  for (const part of [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) {
    if (schemas.validatorOfPart(part)(value))
      fill(part, place, value);
  }
  if (Array.isArray(value)) {
    for (const item of value)
      fill(schema.items, place, item);
    return;
  }
  for (const [key, inner] of Object.entries(value)) {
    const property = Object.hasOwn(schema.properties ?? {}, key) && schema.properties[key];
    if (property && isFilled(inner))
      names.add(`${place}.${key}`);
    fill(property || schema.additionalProperties, property ? `${place}.${key}` : place, inner);
  }
}
