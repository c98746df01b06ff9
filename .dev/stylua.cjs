// Formats Lua files: node stylua.cjs LIBRARY [--check] FILE…  The options are those of .stylua.toml, which editors read.
"use strict";
const fs = require("node:fs");
const path = require("node:path");

const [library, ...rest] = process.argv.slice(2);
const check = rest[0] === "--check";
const files = check ? rest.slice(1) : rest;
const stylua = require(path.join(library, "stylua_lib_node.cjs"));

const enums = {
  syntax: stylua.LuaVersion,
  indent_type: stylua.IndentType,
  quote_style: stylua.QuoteStyle,
  call_parentheses: stylua.CallParenType,
};

function config() {
  const made = stylua.Config.new();
  const text = fs.readFileSync(path.join(__dirname, "..", ".stylua.toml"), "utf8");
  for (const [, key, value] of text.matchAll(/^(\w+) = "?(\w+)"?$/gm))
    made[key] = key in enums ? enums[key][value] : Number(value);
  return made;
}

function format(file) {
  const before = fs.readFileSync(file, "utf8");
  const after = stylua.formatCode(before, config(), undefined, stylua.OutputVerification.Full);
  if (after === before) return true;
  if (check) {
    const now = after.split("\n");
    const line = before.split("\n").findIndex((text, i) => text !== now[i]);
    console.error(`${file}:${line + 1}: not in the house style; ./dev format rewrites it`);
    return false;
  }
  fs.writeFileSync(file, after);
  return true;
}

let failed = false;
for (const file of files) {
  try {
    if (!format(file)) failed = true;
  } catch (error) {
    console.error(`${file}: ${error}`);
    failed = true;
  }
}
process.exit(failed ? 1 : 0);
