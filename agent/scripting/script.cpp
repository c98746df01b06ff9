#include "scripting/script.hpp"

#include "base/version.hpp"
#include "scripting/bindings/bindings.hpp"
#include "scripting/library.hpp"
#include "scripting/lua_failure.hpp"
#include "scripting/lua_value.hpp"
#include "scripting/module_file.hpp"
#include "scripting/sandbox.hpp"

#include <stdexcept>

namespace forager::scripting {

namespace asio = boost::asio;

namespace {

const char script_key = 0; // its address names the script in the registry

// Calls one Lua function for each invocation.
class LuaHandler final : public Handler {
public:
    LuaHandler(std::shared_ptr<Script> script, int function) : script_{std::move(script)}, function_{function} {}

    asio::awaitable<Outcome> run(const Invocation& invocation, std::vector<Value> args, Observer& observer) override
    {
        return script_->call(function_, invocation, std::move(args), observer);
    }

private:
    std::shared_ptr<Script> script_;
    int function_;
};

void make_native_table(lua_State* L)
{
    lua_newtable(L);
    for (const auto& bindings :
         {file_bindings(), format_bindings(), function_bindings(), http_bindings(), library_bindings(),
          python_bindings(), task_bindings(), time_bindings(), unix_bindings(), workflow_bindings()})
        add_bindings(L, bindings);
    lua_pushlightuserdata(L, nullptr);
    lua_setfield(L, -2, "null");
    lua_pushstring(L, version);
    lua_setfield(L, -2, "version");
    lua_pushboolean(L, static_cast<int>(Script::of(L).mode() == Script::Mode::check));
    lua_setfield(L, -2, "checks");
}

// Opens the libraries and runs the library's first file, which gives the functions to enter scripts with.
int open_state(lua_State* L)
{
    open_sandbox(L);
    const auto boot = library_file("forager/boot.lua");
    if (luaL_loadbufferx(L, boot->data(), boot->size(), "=forager/boot.lua", "t") != LUA_OK)
        return lua_error(L);
    make_native_table(L);
    lua_call(L, 1, 1);
    return 1;
}

int take_field(lua_State* L, const char* name)
{
    lua_getfield(L, -1, name);
    return luaL_ref(L, LUA_REGISTRYINDEX);
}

} // namespace

Script::Script(World world, std::string path, Mode mode, Vm::Config config)
    : world_{world},
      path_{std::move(path)},
      mode_{mode},
      vm_{std::make_shared<Vm>(world.executor, world.clock, world.slicer, config)}
{
    open();
}

void Script::withdraw()
{
    for (const std::string& name : declared_)
        world_.registry.remove(name);
    declared_.clear();
    workflows.clear();
}

std::int64_t Script::open_lines()
{
    lines_.emplace(++last_lines_, std::make_shared<LineQueue>(world_.executor));
    return last_lines_;
}

std::shared_ptr<LineQueue> Script::lines(std::int64_t id) const
{
    return lines_.at(id);
}

void Script::close_lines(std::int64_t id)
{
    lines_.erase(id);
}

void Script::open()
{
    lua_State* L = vm_->state();
    lua_pushlightuserdata(L, this);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &script_key);
    lua_pushcfunction(L, open_state);
    if (lua_pcall(L, 0, 1, 0) != LUA_OK)
        throw std::runtime_error{"the Lua library does not load: " + to_failure(L, -1).message};
    run_main_ = take_field(L, "run");
    call_function_ = take_field(L, "call");
    describe_ = take_field(L, "describe");
    lua_pop(L, 1);
}

Script& Script::of(lua_State* L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &script_key);
    auto* script = static_cast<Script*>(lua_touserdata(L, -1));
    lua_pop(L, 1);
    return *script;
}

Result<void> Script::load()
{
    auto source = read_script(path_);
    if (!source) {
        Failure failure = source.error();
        failure.declaration = true;
        return failure;
    }
    lua_State* L = vm_->state();
    // A first line for the shell is no Lua; its end stays, so that lines keep their numbers.
    std::string_view text = *source;
    if (text.starts_with('#'))
        text.remove_prefix(std::min(text.find('\n'), text.size()));
    if (luaL_loadbufferx(L, text.data(), text.size(), ("@" + path_).c_str(), "t") != LUA_OK)
        return syntax_failure(L, path_);
    main_ = luaL_ref(L, LUA_REGISTRYINDEX);
    return {};
}

Result<Value> Script::description()
{
    lua_State* L = vm_->state();
    lua_rawgeti(L, LUA_REGISTRYINDEX, describe_);
    if (lua_pcall(L, 0, 1, 0) != LUA_OK) {
        Failure failure = to_failure(L, -1);
        lua_pop(L, 1);
        return failure;
    }
    auto described = to_value(L, -1, "the library");
    lua_pop(L, 1);
    return described;
}

asio::awaitable<Outcome> Script::run_main(const Invocation& invocation, Observer& observer)
{
    CommandScope commands{world_.processes};
    Vm::Call call{run_main_, {main_}, invocation.args, {invocation, observer, commands}, mode_ == Mode::run};
    auto outcome = co_await commands.around(vm_->run(std::move(call)));
    if (outcome && workflow_results)
        co_return std::move(*workflow_results);
    co_return outcome;
}

asio::awaitable<Outcome> Script::call(int function, const Invocation& invocation, std::vector<Value> args,
                                      Observer& observer)
{
    const auto self = shared_from_this();
    CommandScope commands{world_.processes};
    args.insert(args.begin(), {Value{invocation.id}, Value{invocation.function}});
    Vm::Call call{call_function_, {function}, std::move(args), {invocation, observer, commands}, false};
    co_return co_await commands.around(vm_->run(std::move(call)));
}

std::shared_ptr<Handler> Script::handler(int function)
{
    return std::make_shared<LuaHandler>(shared_from_this(), function);
}

Result<void> Script::declare(Function function, std::shared_ptr<Handler> handler)
{
    std::string name = function.name;
    function.where = place_of(vm_->current().thread);
    Failure failure;
    if (auto added = world_.registry.add(std::move(function), std::move(handler)); !added) {
        failure = added.error();
        failure.declaration = true;
        return failure;
    }
    declared_.push_back(std::move(name));
    return {};
}

} // namespace forager::scripting
