"""An OpenAPI document as something that requests and answers can be held to. Used by tests/scenarios/openapi_test.py."""
import json
import re

import jsonschema
import yaml

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}

# The essentials of an OpenAPI 3.1 document, as far as this one uses them.
OPERATION = {
    "type": "object", "additionalProperties": False, "required": ["operationId", "summary", "tags", "responses"],
    "properties": {
        "operationId": {"type": "string", "pattern": "^[a-z][A-Za-z]*$"}, "tags": {"type": "array"},
        "summary": {"type": "string", "pattern": "\\.$"}, "description": {"type": "string"},
        "parameters": {"type": "array", "items": {"type": "object"}}, "security": {"type": "array"},
        "requestBody": {"type": "object", "required": ["content"]},
        "responses": {"type": "object", "required": ["200", "default"],
                      "propertyNames": {"pattern": "^([1-5][0-9][0-9]|default)$"}}}}
DOCUMENT = {
    "type": "object", "required": ["openapi", "info", "servers", "paths", "components"],
    "additionalProperties": False,
    "properties": {
        "openapi": {"const": "3.1.0"}, "servers": {"type": "array", "items": {"required": ["url"]}},
        "info": {"type": "object", "required": ["title", "version", "license", "description"]},
        "tags": {"type": "array", "items": {"required": ["name"]}},
        "paths": {"type": "object", "propertyNames": {"pattern": "^/"},
                  "additionalProperties": {
                      "type": "object", "additionalProperties": False,
                      "properties": {"servers": {"type": "array"}, "parameters": {"type": "array"},
                                     **dict.fromkeys(METHODS, OPERATION)}}},
        "components": {"type": "object", "additionalProperties": False,
                       "properties": dict.fromkeys(["schemas", "responses", "parameters", "securitySchemes"], True)}}}
PARAMETER = {"type": "object", "required": ["name", "in", "schema"],
             "properties": {"in": {"enum": ["path", "query", "header"]}}}
RESPONSE = {"type": "object", "required": ["description", "content"], "additionalProperties": False,
            "properties": {"description": {"type": "string", "pattern": "\\.$"}, "headers": {"type": "object"},
                           "content": {"type": "object", "minProperties": 1,
                                       "additionalProperties": {"required": ["schema"]}}}}


def every(node, kind):
    """All parts of the document of this Python type."""
    if isinstance(node, kind):
        yield node
    for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from every(part, kind)


class Document:
    def __init__(self, path):
        self.root = yaml.safe_load(path.read_text())
        self.operations = {}  # (method, path) → operation, its path's parameters among its own
        for place, item in self.root["paths"].items():
            for method in METHODS & set(item):
                parameters = [self.resolved(one)
                              for one in item.get("parameters", []) + item[method].get("parameters", [])]
                self.operations[method.upper(), place] = {**item[method], "parameters": parameters}

    def resolved(self, node):
        while "$ref" in node:
            target = self.root
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            node = target
        return node

    def validate(self, value, schema):
        """Where the schema's references lead is found in the schema itself."""
        whole = {**schema, "components": self.root["components"]}
        jsonschema.Draft202012Validator(whole).validate(value)

    def check_itself(self):
        jsonschema.Draft202012Validator(DOCUMENT).validate(self.root)
        for node in every(self.root, dict):
            if isinstance(node.get("$ref"), str):
                self.resolved(node)
            if node.get("type") == "object" and "properties" in node:
                assert "additionalProperties" in node, f"may it have other members, too? {node}"
                assert set(node.get("required", [])) <= set(node["properties"]), f"required and unknown: {node}"
        for schema in self.root["components"]["schemas"].values():
            jsonschema.Draft202012Validator.check_schema(schema)
        names = [operation["operationId"] for operation in self.operations.values()]
        assert len(names) == len(set(names)), "two operations have one name"
        tags = {tag["name"] for tag in self.root["tags"]}
        for (_, path), operation in self.operations.items():
            self.check_operation(path, operation, tags)

    def check_operation(self, path, operation, tags):
        assert set(operation["tags"]) <= tags, operation
        in_path = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
        assert in_path == set(re.findall(r"{(\w+)}", path)), path
        for parameter in operation["parameters"]:
            jsonschema.Draft202012Validator(PARAMETER).validate(parameter)
            jsonschema.Draft202012Validator.check_schema(parameter["schema"])
        for response in operation["responses"].values():
            response = self.resolved(response)
            jsonschema.Draft202012Validator(RESPONSE).validate(response)
            for content in response["content"].values():
                jsonschema.Draft202012Validator.check_schema(content["schema"])

    def check_answer(self, operation, status, headers, body):
        """Whether an operation may answer so. Gives the body as data."""
        response = self.resolved(operation["responses"][str(status)])
        media = headers["Content-Type"].partition(";")[0]
        assert media in response["content"], f"{media} is not among {list(response['content'])}"
        data = [json.loads(line) for line in body.splitlines()] if media == "application/x-ndjson" \
            else json.loads(body) if media == "application/json" else body.decode()
        for one in data if media == "application/x-ndjson" else [data]:
            self.validate(one, response["content"][media]["schema"])
        for name, header in response.get("headers", {}).items():
            self.validate(headers[name], header["schema"])
        return data

    def check_request(self, operation, query, body):
        known = {one["name"]: one["schema"] for one in operation["parameters"] if one["in"] == "query"}
        for name, value in query.items():
            self.validate(value, known[name])
        content = operation.get("requestBody", {}).get("content")
        assert body is None or content, "it takes no body"
        if body is not None:
            self.validate(body, content["application/json"]["schema"])
