// What the library's own machinery needs: its sources, its failures, words and durations.
#include "scripting/bindings/bindings.hpp"

#include "base/duration.hpp"
#include "base/text.hpp"
#include "core/options.hpp"
#include "scripting/explaining/familiar.hpp"
#include "scripting/explaining/syntax_hint.hpp"
#include "scripting/library.hpp"
#include "scripting/lua_failure.hpp"
#include "scripting/lua_value.hpp"
#include "scripting/module_file.hpp"
#include "scripting/script.hpp"
#include "scripting/vm/vm.hpp"

namespace forager::scripting {

namespace {

std::string text_of(const Value& value)
{
    const auto* text = value.get<std::string>();
    return text == nullptr ? std::string{} : *text;
}

// library_chunk(name, globals): needed before any task runs.
int library_chunk(lua_State* L)
{
    const char* name = luaL_checkstring(L, 1);
    if (!Script::of(L).world().library.push_chunk(L, name))
        return 0;
    lua_pushvalue(L, 2);
    lua_setupvalue(L, -2, 1);
    return 1;
}

Outcome module_source(Request& request)
{
    auto module = find_module(request.script.path(), text_of(request.arg(0)));
    if (!module)
        return module.error();
    return Outputs{Value{std::move(module->source)}, Value{std::move(module->path)}};
}

Outcome nearest_word(Request& request)
{
    std::vector<std::string> words;
    if (const auto* list = request.arg(1).get<Array>())
        for (const Value& word : *list)
            words.push_back(text_of(word));
    auto found = nearest(text_of(request.arg(0)), words);
    if (!found)
        return Outputs{};
    return Outputs{Value{std::move(*found)}};
}

Outcome familiar_name(Request& request)
{
    std::string hint = familiar(text_of(request.arg(0)), text_of(request.arg(1)));
    if (hint.empty())
        return Outputs{};
    return Outputs{Value{std::move(hint)}};
}

// What a durable function says while it only repeats what was recorded, it has said before.
Outcome log(Request& request)
{
    const Recording* recording = request.context.recording;
    if (recording != nullptr && recording->repeats())
        return Outputs{};
    const std::string text = text_of(request.arg(0));
    for (const std::string_view line : split(text, '\n'))
        request.context.observer.line(request.context.invocation, line);
    return Outputs{};
}

Outcome duration(Request& request)
{
    auto length = to_duration(request.arg(0));
    if (!length)
        return Outputs{};
    return Outputs{Value{to_seconds(*length)}};
}

Outcome duration_text(Request& request)
{
    auto length = to_duration(request.arg(0));
    if (!length)
        return length.error();
    return Outputs{Value{to_text(*length)}};
}

bool keep_copy(lua_State* L)
{
    Script& script = Script::of(L);
    const Numbers numbers = lua_toboolean(L, 3) != 0 ? Numbers::any : Numbers::finite;
    auto value = to_value(L, 1, std::string{text_at(L, 2)}, numbers);
    if (value)
        script.kept_answer = {std::move(*value)};
    else
        script.kept_failure = value.error();
    return value.has_value();
}

// as_data(value, what, any_numbers): a copy, or an error that names what is not data.
int as_data(lua_State* L)
{
    if (!keep_copy(L))
        raise_kept_failure(L);
    push_value(L, Script::of(L).kept_answer.front());
    return 1;
}

Outcome new_id(Request& request)
{
    return Outputs{Value{request.script.world().scheduler.fresh_id()}};
}

int null(lua_State* L)
{
    lua_pushlightuserdata(L, nullptr);
    return 1;
}

// list(table): marks it as a list.
int list(lua_State* L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    push_list_metatable(L);
    lua_setmetatable(L, 1);
    return 1;
}

// failure(fields, declaration): an error table with the place of the script's call in it. `declaration`: the script
// does not load.
int failure(lua_State* L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    {
        Failure made = to_failure(L, 1);
        made.declaration = lua_toboolean(L, 2) != 0;
        if (made.where.empty())
            made.where = place_of(L);
        keep_failure(L, std::move(made));
    }
    push_failure(L, Script::of(L).kept_failure);
    return 1;
}

void keep_text(lua_State* L)
{
    const Failure failure = to_failure(L, 1);
    const std::string place = failure.where.empty() ? "" : failure.where + ": ";
    Script::of(L).kept_answer = {Value{place + failure.message}};
}

// error_text(error): any error in one line for people.
int error_text(lua_State* L)
{
    keep_text(L);
    push_value(L, Script::of(L).kept_answer.front());
    return 1;
}

// syntax_failure(problem, path, source): the error table of a source that Lua does not accept.
int source_failure(lua_State* L)
{
    luaL_checktype(L, 1, LUA_TSTRING);
    {
        const std::string path{text_at(L, 2)};
        const std::string source{text_at(L, 3)};
        lua_settop(L, 1);
        keep_failure(L, with_syntax_hint(syntax_failure(L, path), source));
    }
    push_failure(L, Script::of(L).kept_failure);
    return 1;
}

constexpr Binding bindings[] = {
    {"library_chunk", library_chunk},
    {"module_source", module_source},
    {"nearest", nearest_word},
    {"familiar", familiar_name},
    {"log", log},
    {.name = "duration", .function = duration, .any_numbers = true},
    {"duration_text", duration_text},
    {"as_data", as_data},
    {"new_id", new_id},
    {"null_value", null},
    {"list", list},
    {"failure", failure},
    {"syntax_failure", source_failure},
    {"error_text", error_text},
};

} // namespace

std::span<const Binding> library_bindings()
{
    return bindings;
}

} // namespace forager::scripting
