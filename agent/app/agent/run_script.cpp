#include "app/agent/run_script.hpp"

#include "core/options.hpp"

#include <exception>
#include <memory>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

// One script with a registry of its own on top of the agent's.
class ScriptRun {
public:
    ScriptRun(App& app, Observer& observer, std::string path)
        : registry_{app.registry(), {}},
          scheduler_{app.executor(), registry_, app.clock(), app.random(), observer},
          workflows_{scheduler_},
          script_{app.script(std::move(path), scripting::Script::Mode::run, {registry_, scheduler_, workflows_})}
    {
    }
    ScriptRun(const ScriptRun&) = delete;
    ScriptRun& operator=(const ScriptRun&) = delete;
    ~ScriptRun() { script_->withdraw(); }

    asio::awaitable<Outcome> run(std::string text, const Invocation& invocation, Observer& observer)
    {
        if (auto loaded = script_->load(text); !loaded)
            return ended(loaded.error());
        return script_->run_main(invocation, observer);
    }

private:
    static asio::awaitable<Outcome> ended(Failure failure) { co_return failure; }

    Registry registry_;
    Scheduler scheduler_;
    WorkflowRunner workflows_;
    std::shared_ptr<scripting::Script> script_;
};

class RunScript final : public Handler {
public:
    RunScript(App& app, Observer& observer) : app_{app}, observer_{observer} {}

    asio::awaitable<Outcome> run(const Invocation& invocation, std::vector<Value>, Observer& observer) override
    {
        const auto file = text_option(invocation.kwargs, "file");
        auto text = text_option(invocation.kwargs, "text");
        if (!file || !text || !*file || !*text)
            co_return Failure{Errc::bad_arguments, "forager.run needs the keyword arguments 'file' and 'text'"};
        Invocation main = invocation;
        main.kwargs = {};
        if (const Value* args = option(invocation.kwargs, "args"); args != nullptr && args->get<Array>() != nullptr)
            main.args = *args->get<Array>();
        ScriptRun script{app_, observer_, **file};
        Outcome outcome = co_await script.run(std::move(**text), main, observer);
        co_return outcome;
    }

private:
    App& app_;
    Observer& observer_;
};

} // namespace

void add_run_script(App& app, Observer& observer)
{
    Function function;
    function.name = "forager.run";
    function.doc = "Runs a script: its file's name, its text, and its arguments.";
    function.raw = true;
    function.parameters = {
        {"file", Type::string, {}}, {"text", Type::string, {}}, {"args", Type::list, Value{Array{}}}};
    (void)app.registry().add(std::move(function), std::make_shared<RunScript>(app, observer));
}

} // namespace forager
