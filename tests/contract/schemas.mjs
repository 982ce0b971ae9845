// SPDX-License-Identifier: MIT
//
// The schemas of an OpenAPI 3.1 document, compiled by ajv in three ways:
//
//   - as requests, the way they are written, in ajv's strict mode; a format is only a remark there
//   - as texts, for header fields and forms: the same, and "7" is an integer
//   - as replies, where an object holds all keys that its schema names and no other: the sandbox
//     sends null rather than leave a key out. Everything is checked
//     as a whole (unevaluatedProperties), so allOf and anyOf may share the keys among them; maps
//     (additionalProperties) name all their keys. What is marked x-open may hold anything.
//
// A format date-time may go without an offset, as the MoneyKit of this version writes them.
import { createRequire } from 'node:module';

// Not `import`: require() also looks where NODE_PATH says.
const require = createRequire(import.meta.url);
const { Ajv2020 } = require('ajv/dist/2020');
const addFormats = require('ajv-formats');
const { fullFormats } = require('ajv-formats/dist/formats');

const maps = ['properties', 'patternProperties', 'dependentSchemas'];
const children = ['additionalProperties', 'propertyNames', 'items', 'contains',
  'unevaluatedItems', 'unevaluatedProperties'];
const childLists = ['prefixItems'];
const inPlace = ['not', 'if', 'then', 'else'];
const inPlaceLists = ['allOf', 'anyOf', 'oneOf'];

export const componentOf = (ref) => {
  const match = /^(?:#\/components\/schemas|[a-z]+#\/\$defs)\/([^/]+)$/.exec(ref);
  if (!match)
    throw new Error(`a reference to something else than a component schema: ${ref}`);
  return match[1];
};

const isSchema = (value) => typeof value === 'object' && value !== null;

export class Schemas {
  // `absent` names the fields that a reply may leave out all the same, as "Component.field" or "Component.*".
  constructor(document, absent) {
    this.absent = new Set(absent);
    this.components = document.components?.schemas ?? {};
    this.compiled = new Map();
    this.reply = this.#make('reply', { strictTypes: false });
    const open = { allowUnionTypes: true, validateFormats: false };
    this.text = this.#make('text', { ...open, coerceTypes: true });
    this.request = this.#make('request', open);
    for (const name of Object.keys(this.components))
      this.request.ajv.compile({ $ref: `request#/$defs/${name}` });
  }

  #make(kind, options) {
    const ajv = new Ajv2020({ strict: true, allErrors: true, ...options });
    addFormats(ajv);
    ajv.addFormat('date-time', fullFormats['iso-date-time']);
    const $defs = {};
    for (const [name, schema] of Object.entries(this.components))
      $defs[name] = this.#complete(name, this.#rewrite(schema, kind), kind);
    ajv.addSchema({ $id: kind, $defs });
    return { ajv, $defs };
  }

  // A copy for ajv: references lead into `kind`, and what stands for a whole value of a reply is
  // closed. Keywords that are not JSON Schema's stay, for ajv to refuse, but for x-.
  #rewrite(schema, kind) {
    if (!isSchema(schema))
      return schema;
    const whole = (value) => value?.['x-open'] ? this.#rewrite(value, kind)
      : this.#close(this.#rewrite(value, kind), kind);
    const part = (value) => this.#rewrite(value, kind);
    const copy = {};
    for (const [key, value] of Object.entries(schema)) {
      if (key === '$ref')
        copy.$ref = `${kind}#/$defs/${componentOf(value)}`;
      else if (maps.includes(key))
        copy[key] = Object.fromEntries(Object.entries(value).map(([k, v]) => [k, whole(v)]));
      else if (children.includes(key))
        copy[key] = whole(value);
      else if (childLists.includes(key))
        copy[key] = value.map(whole);
      else if (inPlace.includes(key))
        copy[key] = part(value);
      else if (inPlaceLists.includes(key))
        copy[key] = value.map(part);
      else if (!key.startsWith('x-'))
        copy[key] = value;
    }
    return copy;
  }

  #complete(name, schema, kind) {
    if (kind !== 'reply' || !schema.properties)
      return schema;
    const required = Object.keys(schema.properties)
      .filter((field) => !this.absent.has(`${name}.${field}`) && !this.absent.has(`${name}.*`));
    return { ...schema, required };
  }

  #close(schema, kind) {
    if (kind !== 'reply' || !this.#describesObject(schema, new Set()))
      return schema;
    return { unevaluatedProperties: false, ...schema };
  }

  #describesObject(schema, visited) {
    if (!isSchema(schema) || visited.has(schema))
      return false;
    visited.add(schema);
    if (schema.properties || [schema.type].flat().includes('object'))
      return true;
    const parts = inPlaceLists.flatMap((key) => schema[key] ?? []);
    if (schema.$ref)
      parts.push(this.components[componentOf(schema.$ref)]);
    return parts.some((part) => this.#describesObject(part, visited));
  }

  // What stands in the document as a schema, ready for validation of a reply, request or text: the
  // function has the rewritten schema as its `.schema`, and `.errors` after it returned false.
  validator(schema, kind) {
    const key = `${kind} ${JSON.stringify(schema)}`;
    if (!this.compiled.has(key)) {
      const rewritten = this.#close(this.#rewrite(schema, kind), kind);
      this.compiled.set(key, this[kind].ajv.compile(rewritten));
    }
    return this.compiled.get(key);
  }

  // A part of a rewritten schema of a reply.
  validatorOfPart(rewritten) {
    return this.reply.ajv.compile(rewritten); // which it does once for each object
  }

  follow(rewritten) {
    const name = componentOf(rewritten.$ref);
    return { name, schema: this.reply.$defs[name] };
  }
}
