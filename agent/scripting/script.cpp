#include "scripting/script.hpp"

#include "base/ids.hpp"
#include "base/version.hpp"
#include "scripting/bindings/bindings.hpp"
#include "scripting/durability.hpp"
#include "scripting/explaining/syntax_hint.hpp"
#include "scripting/library.hpp"
#include "scripting/lua_failure.hpp"
#include "scripting/lua_value.hpp"
#include "scripting/module_file.hpp"
#include "scripting/sandbox.hpp"

#include <algorithm>
#include <chrono>
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

// The same, where it was before a restart.
class DurableHandler final : public Handler {
public:
    DurableHandler(std::shared_ptr<Script> script, int function, Function declared)
        : script_{std::move(script)}, function_{function}, declared_{std::move(declared)}
    {
    }

    asio::awaitable<Outcome> run(const Invocation& invocation, std::vector<Value> args, Observer& observer) override
    {
        return script_->call_durably(function_, declared_, invocation, std::move(args), observer);
    }

private:
    std::shared_ptr<Script> script_;
    int function_;
    Function declared_;
};

void make_native_table(lua_State* L)
{
    lua_newtable(L);
    for (const auto& bindings : {broker_bindings(),
                                 call_bindings(),
                                 cfs_bindings(),
                                 colony_bindings(),
                                 colony_blueprint_bindings(),
                                 colony_workflow_bindings(),
                                 docker_bindings(),
                                 durable_bindings(),
                                 feed_bindings(),
                                 file_bindings(),
                                 format_bindings(),
                                 function_bindings(),
                                 http_bindings(),
                                 kv_bindings(),
                                 kubernetes_bindings(),
                                 library_bindings(),
                                 monitor_bindings(),
                                 python_bindings(),
                                 queue_bindings(),
                                 reconciler_bindings(),
                                 s3_bindings(),
                                 session_bindings(),
                                 task_bindings(),
                                 test_bindings(),
                                 time_bindings(),
                                 unix_bindings(),
                                 workflow_bindings()})
        add_bindings(L, bindings);
    lua_pushlightuserdata(L, nullptr);
    lua_setfield(L, -2, "null");
    lua_pushstring(L, version);
    lua_setfield(L, -2, "version");
    lua_pushboolean(L, static_cast<int>(Script::of(L).mode() == Script::Mode::check));
    lua_setfield(L, -2, "checks");
    lua_pushboolean(L, static_cast<int>(Script::of(L).mode() == Script::Mode::run));
    lua_setfield(L, -2, "runs");
    lua_pushboolean(L, static_cast<int>(Script::of(L).world().bench != nullptr));
    lua_setfield(L, -2, "tests");
}

// Opens the libraries and runs the library's first file, which gives the functions to enter scripts with.
int open_state(lua_State* L)
{
    open_sandbox(L);
    (void)Script::of(L).world().library.push_chunk(L, "forager/boot.lua");
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
      registry_{&world.registry},
      path_{std::move(path)},
      mode_{mode},
      vm_{std::make_shared<Vm>(world.executor, world.clock, world.slicer, config)}
{
    open();
}

void Script::withdraw()
{
    for (const std::string& name : declared_)
        registry_->remove(name);
    retire();
}

void Script::retire()
{
    declared_.clear();
    schedules.clear();
    watchers.clear();
    monitors.clear();
}

std::int64_t Script::keep_feed(std::shared_ptr<Feed> feed)
{
    feeds_.emplace(++last_feed_, std::move(feed));
    return last_feed_;
}

std::shared_ptr<Feed> Script::feed(std::int64_t id) const
{
    const auto found = feeds_.find(id);
    return found == feeds_.end() ? nullptr : found->second;
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
    hear_ = take_field(L, "hear");
    describe_ = take_field(L, "describe");
    converse_ = take_field(L, "converse");
    evaluate_ = take_field(L, "evaluate");
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
    return load(*source);
}

Result<void> Script::load(std::string_view text)
{
    digest_ = derived_id(text, "");
    lua_State* L = vm_->state();
    // A first line for the shell is no Lua; its end stays, so that lines keep their numbers.
    if (text.starts_with('#'))
        text.remove_prefix(std::min(text.find('\n'), text.size()));
    // A call behind its `return` would else be a tail call, and an error in it have no place.
    const std::string source = "local _ <close> = nil; " + std::string{text};
    if (luaL_loadbufferx(L, source.data(), source.size(), ("@" + path_).c_str(), "t") != LUA_OK)
        return with_syntax_hint(syntax_failure(L, path_), text);
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
    call.clean_up_end = clean_up_end_of(invocation);
    auto outcome = co_await commands.around(vm_->run(std::move(call)));
    if (outcome && workflow_results)
        co_return std::move(*workflow_results);
    co_return outcome;
}

asio::awaitable<Outcome> Script::converse(Session& with, const Invocation& invocation, Observer& observer)
{
    const auto self = shared_from_this();
    session = &with;
    CommandScope commands{world_.processes};
    const auto unheard = [&](const Failure& failure) {
        const std::string place = failure.where.empty() ? "" : failure.where + ": ";
        observer.line(invocation, "a task failed: " + place + failure.message);
    };
    Vm::Call call{converse_, {main_}, {}, {invocation, observer, commands}, false, nullptr, unheard};
    co_return co_await commands.around(vm_->run(std::move(call)));
}

asio::awaitable<Outcome> Script::evaluate(Task& root, std::string text, std::int64_t line)
{
    const auto self = shared_from_this();
    std::vector<Value> args{Value{std::move(text)}, Value{line}};
    Vm::Call call{evaluate_, {}, std::move(args), root.root->context, false, &root};
    call.any_numbers = true; // they are shown as text, too
    co_return co_await vm_->run(std::move(call));
}

asio::awaitable<Outcome> Script::call(int function, const Invocation& invocation, std::vector<Value> args,
                                      Observer& observer)
{
    const auto self = shared_from_this();
    CommandScope commands{world_.processes};
    Outcome outcome = co_await call_in(commands, function, invocation, std::move(args), observer, nullptr);
    co_return outcome;
}

asio::awaitable<Outcome> Script::call_in(CommandScope& commands, int function, const Invocation& invocation,
                                         std::vector<Value> args, Observer& observer, Recording* recording)
{
    if (!commands.keeps()) { // it may have been a function that did, when an agent before ran it
        KeptOf left{"", invocation.id, "", false};
        co_await world_.processes.end_kept(std::move(left));
    }
    args.insert(args.begin(), {Value{invocation.id}, Value{invocation.function}, Value{recording != nullptr}});
    Vm::Call call{call_function_, {function}, std::move(args), {invocation, observer, commands, recording}, false};
    call.clean_up_end = clean_up_end_of(invocation);
    co_return co_await commands.around(vm_->run(std::move(call)));
}

asio::awaitable<Outcome> Script::hear(int function, std::int64_t turn, const Invocation& invocation, Observer& observer,
                                      std::function<void()> first_wait)
{
    const auto self = shared_from_this();
    CommandScope commands{world_.processes};
    std::vector<Value> args{Value{invocation.id}, Value{invocation.function}, Value{turn}};
    Vm::Call call{hear_, {function}, std::move(args), {invocation, observer, commands}, false};
    call.clean_up_end = clean_up_end_of(invocation);
    call.first_wait = std::move(first_wait);
    Outcome outcome = co_await commands.around(vm_->run(std::move(call)));
    co_return outcome;
}

// Before the fence there must be time to end what the clean-up leaves running.
std::function<TimePoint(TimePoint)> Script::clean_up_end_of(const Invocation& invocation) const
{
    return [&scheduler = world_.scheduler, &invocation](TimePoint longest) {
        constexpr Duration to_end_commands = std::chrono::milliseconds{600};
        TimePoint end = longest;
        if (invocation.fence)
            end = std::min(end, *invocation.fence - to_end_commands);
        return std::min(end, scheduler.farewell_of(invocation).value_or(end));
    };
}

asio::awaitable<Outcome> Script::call_durably(int function, Function declared, const Invocation& invocation,
                                              std::vector<Value> args, Observer& observer)
{
    const auto self = shared_from_this();
    auto recording = co_await Recording::open(world_.journal, invocation);
    if (!recording)
        co_return recording.error();
    CodeVersion code{declared.version, digest_, declared.fails_when_changed};
    const auto settled = co_await settle_version(**recording, std::move(code), observer);
    if (!settled)
        co_return settled.error();
    CommandScope commands{world_.processes, declared.adopts ? invocation.id : ""};
    Outcome outcome = co_await call_in(commands, function, invocation, std::move(args), observer, recording->get());
    co_return outcome;
}

std::shared_ptr<Handler> Script::durable_handler(int function, Function declared)
{
    return std::make_shared<DurableHandler>(shared_from_this(), function, std::move(declared));
}

std::shared_ptr<Handler> Script::handler(int function)
{
    return std::make_shared<LuaHandler>(shared_from_this(), function);
}

std::shared_ptr<Handler> Script::own_handler(int function)
{
    return std::make_shared<LuaHandler>(std::shared_ptr<Script>{std::shared_ptr<void>{}, this}, function);
}

WallTime Script::wall()
{
    const WallTime present = world_.clock.wall();
    return border() == nullptr ? present : border()->wall(present);
}

TimePoint Script::now()
{
    const TimePoint present = world_.clock.now();
    return border() == nullptr ? present : border()->now(present);
}

Result<void> Script::declare(Function function, std::shared_ptr<Handler> handler)
{
    std::string name = function.name;
    function.where = place_of(vm_->current().thread);
    Failure failure;
    if (auto added = registry_->add(std::move(function), std::move(handler)); !added) {
        failure = added.error();
        failure.declaration = true;
        return failure;
    }
    declared_.push_back(std::move(name));
    return {};
}

} // namespace forager::scripting
