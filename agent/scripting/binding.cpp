#include "scripting/binding.hpp"

#include "core/options.hpp"
#include "scripting/border.hpp"
#include "scripting/lua_failure.hpp"
#include "scripting/lua_value.hpp"
#include "scripting/script.hpp"
#include "scripting/vm/operation.hpp"
#include "scripting/vm/vm.hpp"

#include <cstdlib>

namespace forager::scripting {

namespace asio = boost::asio;

namespace {

const Binding& binding_of(lua_State* L)
{
    return *static_cast<const Binding*>(lua_touserdata(L, lua_upvalueindex(1)));
}

Result<Outputs> arguments(lua_State* L)
{
    auto args = to_values(L, 1, "argument", binding_of(L).any_numbers ? Numbers::any : Numbers::finite);
    if (args)
        return args;
    Failure failure = args.error();
    failure.message = public_name(binding_of(L)) + ": " + failure.message;
    return failure;
}

Outcome ask(lua_State* L, Instant function)
{
    auto args = arguments(L);
    if (!args)
        return args.error();
    Script& script = Script::of(L);
    Request request{script, Vm::of(L).context(), std::move(*args)};
    try {
        return function(request);
    } catch (const std::exception& error) {
        return Failure{Errc::script, std::string{"internal error: "} + error.what()};
    }
}

// Data has no functions in it: they are put into the registry, and named by a number.
void keep_functions(lua_State* L)
{
    for (int i = lua_gettop(L); i > 0; --i) {
        if (lua_type(L, i) != LUA_TFUNCTION)
            continue;
        lua_pushvalue(L, i);
        lua_pushinteger(L, luaL_ref(L, LUA_REGISTRYINDEX));
        lua_replace(L, i);
    }
}

bool answered(lua_State* L, Script& script)
{
    auto outcome = ask(L, std::get<Instant>(binding_of(L).function));
    if (outcome)
        script.kept_answer = std::move(*outcome);
    else
        script.kept_failure = outcome.error();
    return outcome.has_value();
}

// The answer is kept by the script while it is pushed: pushing may raise.
int call_instant(lua_State* L)
{
    if (binding_of(L).takes_functions)
        keep_functions(L);
    Script& script = Script::of(L);
    if (!answered(L, script))
        raise_kept_failure(L);
    const Outputs& outputs = script.kept_answer;
    luaL_checkstack(L, static_cast<int>(outputs.size()) + 4, "too many results");
    for (const Value& value : outputs)
        push_output(L, value);
    return static_cast<int>(outputs.size());
}

Waiting work_of(const Binding& binding)
{
    const auto* outside = std::get_if<Outside>(&binding.function);
    return outside != nullptr ? outside->work : std::get<Inside>(binding.function).work;
}

asio::awaitable<Outcome> asked(const Binding& binding, Request request)
{
    const Waiting work = work_of(binding);
    Border* border = request.script.border();
    if (border == nullptr)
        return work(std::move(request));
    const bool outside = std::holds_alternative<Outside>(binding.function);
    return border->answer({public_name(binding), outside, binding.stub, std::move(request), work});
}

void prepare(lua_State* L)
{
    Vm& vm = Vm::of(L);
    auto args = arguments(L);
    vm.current().operation = std::make_unique<Awaited>(
        args ? asked(binding_of(L), Request{Script::of(L), vm.context(), std::move(*args)}) : failed(args.error()));
}

int call_waiting(lua_State* L)
{
    Vm& vm = Vm::of(L);
    if (!vm.may_wait(L))
        return lua_error(L);
    prepare(L);
    return vm.wait_for_operation(L);
}

} // namespace

std::string public_name(const Binding& binding)
{
    const auto* outside = std::get_if<Outside>(&binding.function);
    if (outside != nullptr && outside->name != nullptr)
        return outside->name;
    std::string name{binding.name};
    if (const auto end = name.find('_'); end != std::string::npos)
        name[end] = '.';
    return name;
}

asio::awaitable<Outcome> failed(Failure failure)
{
    co_return failure;
}

void keep_failure(lua_State* L, Failure failure)
{
    Script::of(L).kept_failure = std::move(failure);
}

void raise_kept_failure(lua_State* L)
{
    Failure& failure = Script::of(L).kept_failure;
    if (failure.where.empty())
        failure.where = place_of(L);
    push_failure(L, failure);
    lua_error(L);
    std::abort(); // lua_error does not return
}

void add_bindings(lua_State* L, std::span<const Binding> bindings)
{
    for (const Binding& binding : bindings) {
        if (const auto* function = std::get_if<lua_CFunction>(&binding.function)) {
            lua_pushcfunction(L, *function);
        } else {
            const bool at_once = std::holds_alternative<Instant>(binding.function);
            lua_pushlightuserdata(L, const_cast<Binding*>(&binding));
            lua_pushcclosure(L, at_once ? call_instant : call_waiting, 1);
        }
        lua_setfield(L, -2, binding.name);
    }
}

namespace {

const Object& members_of(const Value& options)
{
    static const Object none;
    const auto* object = options.get<Object>();
    return object == nullptr ? none : *object;
}

// Lua has checked the type: what has another one counts as missing.
template <class T> T checked(Result<T> read, T otherwise)
{
    return read ? std::move(*read) : std::move(otherwise);
}

} // namespace

const Value* option(const Value& options, std::string_view name)
{
    return forager::option(members_of(options), name);
}

std::string text_option(const Value& options, std::string_view name)
{
    return checked(forager::text_option(members_of(options), name), {}).value_or("");
}

std::optional<std::int64_t> whole_option(const Value& options, std::string_view name)
{
    return checked(forager::whole_option(members_of(options), name), {});
}

bool flag_option(const Value& options, std::string_view name, bool fallback)
{
    return checked(forager::flag_option(members_of(options), name, fallback), fallback);
}

Result<std::optional<Duration>> duration_option(const Value& options, std::string_view name)
{
    return forager::duration_option(members_of(options), name);
}

} // namespace forager::scripting
