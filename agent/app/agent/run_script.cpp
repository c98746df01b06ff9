#include "app/agent/run_script.hpp"

#include "app/agent/guest_script.hpp"
#include "core/options.hpp"

#include <exception>
#include <memory>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

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
        GuestScript guest{app_, observer_, **file};
        scripting::Script& script = guest.script();
        if (auto loaded = script.load(**text); !loaded)
            co_return loaded.error();
        const auto in_colony = flag_option(invocation.kwargs, "in_colony", false);
        if (!in_colony)
            co_return in_colony.error();
        script.tasks_in_colony = *in_colony;
        Outcome outcome = co_await script.run_main(main, observer);
        if (outcome && *in_colony && script.returned_workflow.empty())
            co_return Failure{Errc::bad_arguments, "--orchestrate is for a script that returns a workflow, and " +
                                                       **file + " returned none"};
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
    function.doc = "Runs a script: its file's name, its text, its arguments, and whether the workflow that it returns "
                   "is done in the colony.";
    function.raw = true;
    function.parameters = {{"file", Type::string, {}},
                           {"text", Type::string, {}},
                           {"args", Type::list, Value{Array{}}},
                           {"in_colony", Type::boolean, Value{false}}};
    (void)app.registry().add(std::move(function), std::make_shared<RunScript>(app, observer));
}

} // namespace forager
