#include "scripting/analysis/walk/walker.hpp"

#include "io/formats/json.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::scripting;

namespace {

const LibraryShape& library()
{
    static const LibraryShape made{parse_json(R"({
        "globals": {"what": "globals", "fields": {
            "print": {"what": "print"}, "require": {"what": "require"}, "pcall": {"what": "pcall"},
            "load": {"what": "load"}, "_G": {"what": "_G", "fields": {}, "open": true},
            "os": {"what": "os", "fields": {"time": {"what": "os.time"}}},
            "string": {"what": "string", "fields": {"format": {"what": "string.format"}}}}},
        "library": {"what": "forager", "fields": {
            "sh": {"what": "sh", "options": {"check": "boolean", "timeout": "duration", "limits": "table"},
                   "positions": [1, 2]},
            "func": {"what": "func", "options": {"name": "string", "run": "handler"}, "positions": [1]},
            "json": {"what": "json", "fields": {"encode": {"what": "json.encode"}}},
            "env": {"what": "env", "fields": {}, "open": true},
            "every": {"what": "every", "arguments": ["duration", "handler"]},
            "workflow": {"what": "workflow", "gives": "workflow"}}},
        "objects": {
            "context": {"what": "context", "fields": {"log": {"what": "log"},
                        "call": {"what": "call", "arguments": ["callee"]}}},
            "workflow": {"what": "workflow", "fields": {"task": {"what": "task", "options": {"call": "callee", "executor": "string"},
                         "positions": [1]}}}},
        "nested": {"sh: limits": {"what": "sh: limits", "options": {"memory": "bytes"}}},
        "wishes": {"duration": "a duration", "boolean": "a boolean"}})")
                                       .value()};
    return made;
}

struct Walked {
    Survey survey;
    Findings findings;
};

Walked walk(std::string_view source)
{
    Walked walked;
    Reassigned reassigned;
    for (Findings* findings : {static_cast<Findings*>(nullptr), &walked.findings}) {
        Judge judge{library(), walked.survey, findings, "f"};
        Walker{source, judge, reassigned}.walk();
    }
    return walked;
}

// The findings as "LINE: MESSAGE", one a line.
std::string told(std::string_view source)
{
    std::string text;
    for (const Failure& finding : walk(source).findings.list)
        text += (text.empty() ? "" : "\n") + finding.where.substr(2) + ": " + finding.message;
    return text;
}

// The same after `local forager = require "forager"` on the first line.
std::string told_with_library(std::string source)
{
    return told("local forager = require 'forager' " + std::move(source));
}

std::string repeated(std::string_view text, std::size_t times)
{
    std::string all;
    for (std::size_t i = 0; i < times; ++i)
        all += text;
    return all;
}

} // namespace

TEST_CASE("a global that nobody defines is found wherever it stands")
{
    CHECK(told("local function f()\n  prnt 'x'\nend") == "2: undefined global 'prnt' (did you mean 'print'?)");
    CHECK(told("count = cuont") == "1: undefined global 'cuont' (did you mean 'count'?)");
    for (const char* source : {"return nope",
                               "nope.x = 1",
                               "nope:x()",
                               "f = { nope }",
                               "f = { [nope] = 1 }",
                               "f = -nope",
                               "f = nope .. 1",
                               "local a <const> = nope",
                               "for i = 1, nope do end",
                               "for _ in nope do end",
                               "while nope do end",
                               "repeat until nope",
                               "if nope then end",
                               "if 1 then elseif nope then end",
                               "function nope.f() end",
                               "do local a; return a, nope end",
                               "nope[1] = 2",
                               "f = (nope)",
                               "goto x; f = nope ::x::",
                               "f = nope or 1",
                               "local x = x_ and 1",
                               "f = 1 or nope()",
                               "f = function(...) return ..., nope end"})
        CHECK_MESSAGE(walk(source).findings.list.size() == 1, source);
}

TEST_CASE("what the script defines anywhere is no undefined global")
{
    for (const char* source :
         {"local function f() return later end later = 1", "function later() end return later",
          "local function f() return late end _G.late = 1", "_G['la' .. 'te'] = 1 return late",
          "load 'late = 1' return late", "local _ENV = {} return late",
          "setmetatable = 1 setmetatable(_G, {}) return late", "f = os.time or late", "a, later = 1, 2 return later",
          "for k in f, 1 do _G[k] = 1 end f = late", "local g = _G g.late = 1 f = late"})
        CHECK_MESSAGE(told(source).empty(), source);
}

TEST_CASE("names mean what they mean in their scope")
{
    for (const char* source :
         {"local x = 1 return x", "for i = 1, 2 do print(i) end", "for k, v in print do print(k, v) end",
          "local function f(a, ...) return a, f, ... end", "repeat local done = 1 until done",
          "local t = {} function t:m(a) return self, a end", "local x <const>, y <close> = 1 return x, y",
          "goto done do local x = 1 print(x) end ::done::", "return function(a) return function() return a end end"})
        CHECK_MESSAGE(told(source).empty(), source);
    CHECK(told("do local gone = 1 end return gone") ==
          "1: undefined global 'gone' (a typo, or a missing 'local' or 'require')");
    CHECK(told("local own = own") == "1: undefined global 'own' (a typo, or a missing 'local' or 'require')");
    CHECK(told("for i = 1, 2 do end return i_") != "");
    CHECK(told("return self") != "");
}

TEST_CASE("fields that the library does not have are found through locals that stay what they are")
{
    CHECK(told_with_library("forager.shh 'x'") == "1: forager has no 'shh' (did you mean 'sh'?)");
    CHECK(told_with_library("local json = forager.json\nlocal e = json.encod") ==
          "2: forager.json has no 'encod' (did you mean 'encode'?)");
    CHECK(told("require('forager').json['encod'] {}") == "1: forager.json has no 'encod' (did you mean 'encode'?)");
    CHECK(told("string.formt 'x'") == "1: string has no 'formt' (did you mean 'format'?)");
    CHECK(told("local s = 'x'\nreturn s:formt()") == "2: a string has no method 'formt' (did you mean 'format'?)");
}

TEST_CASE("where it is not certain what a name means, nothing is said")
{
    for (const char* source :
         {"local function f(forager) return forager.shh end", "forager = {} return forager.shh",
          "forager.shh = 1 forager.shh()", "if print then local forager = {} print(forager.shh) end",
          "forager[print] = 1 forager.shh()", "print(forager) forager.shh()", "local other = forager.env.HOME_",
          "local s = forager.json s = {} s.encod()", "local f = function() forager = print end return forager.shh",
          "if forager.json.pretty then end", "local x = not forager.json.pretty, forager.json.pretty == nil",
          "local x = forager.json.pretty or print", "pcall(function() return forager.docker end)",
          "local string = {} string.formt()", "if os.execute then end", "local t = { os.execute }",
          "local x <const> = print.x"})
        CHECK_MESSAGE(told_with_library(source).empty(), source);
    CHECK(told_with_library("pcall(function() forager.docker() end)") != "");
}

TEST_CASE("options are checked in literal tables")
{
    CHECK(told_with_library("forager.sh { 'true',\n chek = false }") ==
          "2: sh has no option 'chek' (did you mean 'check'?)");
    CHECK(told_with_library("local sh = forager.sh\nsh('x', { ['chek'] = 1 })") ==
          "2: sh has no option 'chek' (did you mean 'check'?)");
    CHECK(told_with_library("forager.sh { 'x', limits = { memry = 1 } }") ==
          "1: sh: limits has no option 'memry' (did you mean 'memory'?)");
    CHECK(told_with_library("forager.sh('x', { timeout = '30x' })") ==
          "1: sh: option 'timeout' must be a duration, not a string ('30x')");
    CHECK(told_with_library("forager.every('6 hours', print)") ==
          "1: every: argument 1 must be a duration, not a string ('6 hours')");
    CHECK(told_with_library("local w = forager.workflow 'w'\nw:tsk {}") ==
          "2: a workflow has no method 'tsk' (did you mean 'task'?)");
    for (const char* source :
         {"forager.sh { 'x', [print] = 1 }", "local o = { chek = 1 } forager.sh('x', o)", "print { chek = 1 }",
          "forager.sh('x', nil, { chek = 1 })", "forager.sh { 'x', timeout = print(), check = not print }",
          "forager.sh { 'x', timeout = 5, check = nil }", "forager.sh { 'x', { chek = 1 } }"})
        CHECK_MESSAGE(told_with_library(source).empty(), source);
}

TEST_CASE("the first parameter of a handler is the context")
{
    CHECK(told_with_library("forager.func { name = 'a.b', run = function(ctx) ctx:lgo() end }") ==
          "1: a context has no method 'lgo' (did you mean 'log'?)");
    CHECK(told_with_library("forager.every(1, function(c) c:lgo() end)") != "");
    CHECK(told_with_library("forager.func { run = function(ctx) ctx = print; ctx:lgo() end }").empty());
    CHECK(told_with_library("forager.func { run = function(_, ctx) ctx:lgo() end }").empty());
    CHECK(told_with_library("print(function(ctx) ctx:lgo() end)").empty());
}

TEST_CASE("a call that goes to the colony is of no function here")
{
    const auto calls = [](std::string_view source) {
        std::string names;
        for (const NamedCall& call : walk("local forager = require 'forager'\nforager.func { run = function(ctx) " +
                                          std::string{source} + " end }")
                                         .findings.calls)
            names += call.function + " ";
        return names;
    };
    CHECK(calls("ctx:call('a.b', 1, { on = 'colony' }) ctx:call('c.d', x)") == "");
    CHECK(calls("ctx:call('a.b', { on = 'colony', executor = 'gpu' }) ctx:call('c.d', 1)") == "c.d ");
    CHECK(calls("ctx:call('a.b', ctx:call('c.d', 2), { on = 'colony' })") == "c.d ");
    CHECK(calls("ctx:call('a.b', { on = 'monday' }) ctx:call('c.d', x)") == "a.b c.d ");
    CHECK(calls("forager.workflow('w'):task { 'x', executor = 'gpu', call = 'a.b' }") == "");
    CHECK(calls("forager.workflow('w'):task { 'x', call = 'a.b', executor = 'gpu' }") == "");
    CHECK(calls("local there = { on = 'colony' } ctx:call('a.b', there)") == "");
}

TEST_CASE("calls by name are told with their place, declarations with their names")
{
    const Walked walked =
        walk("local forager = require 'forager'\n"
             "forager.func { name = 'a.b', run = function(ctx)\n ctx:call('c.d') ctx:call(print) end }\n"
             "forager.workflow 'w':task { 'x', call = 'e.f' } require 'beside'");
    REQUIRE(walked.findings.calls.size() == 2);
    CHECK(walked.findings.calls[0].line == 3);
    CHECK(walked.findings.calls[0].function == "c.d");
    CHECK(walked.findings.calls[1].function == "e.f");
    CHECK(walked.survey.functions == Names{"a.b"});
    CHECK(walked.survey.workflows == Names{"w"});
    CHECK(walked.survey.modules == Names{"beside"});
    CHECK_FALSE(walked.survey.other_functions);
    CHECK(walk("require('forager').func(print)").survey.other_functions);
    CHECK(walk("pcall(require('forager').func, {})").survey.other_functions);
    CHECK(walk("pcall(require, 'x')").survey.other_globals);
}

TEST_CASE("a walk comes to an end, also where no valid file goes")
{
    for (const std::string& source :
         {repeated("(", 100'000), repeated("{", 100'000), repeated("do ", 100'000),
          repeated("f = function() ", 100'000), repeated("- ", 100'000), repeated("a.", 100'000),
          repeated("x ^ ", 100'000), repeated("else ", 1'000), repeated(") = , ", 1'000), std::string{"local"},
          std::string{"for"}, std::string{"x:"}, std::string{"f {"}, std::string{"function"}, std::string{"f("},
          repeated("\xff$", 1'000)})
        CHECK(walk(source).findings.list.size() <= Findings::most);
    CHECK(walk(repeated("x = a\n", 2'000)).findings.more == 2'000 - Findings::most);
    CHECK(walk("x = a, a").findings.list.size() == 1);
    CHECK(told("return " + repeated("(", 150) + "nope" + repeated(")", 150)) != "");
}
