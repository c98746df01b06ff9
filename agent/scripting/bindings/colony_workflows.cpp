// What scripts ask of a colony: its workflows, and the crons and generators that submit them.
#include "scripting/bindings/bindings.hpp"

#include "primitives/colony/schedules.hpp"
#include "primitives/colony/workflows.hpp"
#include "scripting/bindings/colony_asked.hpp"

#include <utility>

namespace forager::scripting {

namespace asio = boost::asio;

namespace {

Result<std::vector<ColonyCall>> tasks_at(const Request& request, std::size_t index)
{
    std::vector<ColonyCall> tasks;
    const auto* list = request.arg(index).get<Array>();
    for (const Value& given : list == nullptr ? Array{} : *list) {
        const Object& options = *given.get<Object>();
        auto task = colony_call(part<std::string>(options, "call"), options);
        if (!task) {
            Failure failure = task.error();
            failure.message = "task '" + part<std::string>(options, "node") + "': " + failure.message;
            return failure;
        }
        tasks.push_back(std::move(*task));
    }
    return tasks;
}

asio::awaitable<Outcome> submit_workflow(ColonyMember& member, const Request& request)
{
    auto tasks = tasks_at(request, 0);
    return tasks ? one(colony_work::submit_workflow(member, std::move(*tasks))) : failed(tasks.error());
}

// (tasks, detach)
asio::awaitable<Outcome> run_workflow(ColonyMember& member, const Request& request)
{
    auto tasks = tasks_at(request, 0);
    if (!tasks)
        return failed(tasks.error());
    return away_to_the_end(request, colony_work::run_workflow(member, std::move(*tasks), flag(request, 1)));
}

asio::awaitable<Outcome> wait_for_workflow(ColonyMember& member, const Request& request)
{
    return away_to_the_end(request, colony_work::wait_for_workflow(member, text(request, 0)));
}

asio::awaitable<Outcome> get_workflow(ColonyMember& member, const Request& request)
{
    return one(colony_work::get_workflow(member, text(request, 0)));
}

asio::awaitable<Outcome> cancel_workflow(ColonyMember& member, const Request& request)
{
    return none(colony_work::cancel_workflow(member, text(request, 0)));
}

asio::awaitable<Outcome> list_workflows(ColonyMember& member, const Request& request)
{
    return one(colony_work::list_workflows(member, table(request, 0)));
}

// (options, tasks)
asio::awaitable<Outcome> add_cron(ColonyMember& member, const Request& request)
{
    const Value& given = request.arg(0);
    auto every = duration_option(given, "every");
    auto tasks = tasks_at(request, 1);
    if (!every)
        return failed(every.error());
    if (!tasks)
        return failed(tasks.error());
    colony_work::NewCron cron;
    cron.name = text_option(given, "name");
    cron.expression = text_option(given, "cron");
    cron.every = *every;
    cron.after_last = flag_option(given, "after_last", false);
    cron.random = flag_option(given, "random", false);
    cron.tasks = std::move(*tasks);
    return one(colony_work::add_cron(member, std::move(cron)));
}

asio::awaitable<Outcome> list_crons(ColonyMember& member, const Request&)
{
    return one(colony_work::list_crons(member));
}

asio::awaitable<Outcome> get_cron(ColonyMember& member, const Request& request)
{
    return one(colony_work::get_cron(member, text(request, 0)));
}

asio::awaitable<Outcome> run_cron(ColonyMember& member, const Request& request)
{
    return one(colony_work::run_cron(member, text(request, 0)));
}

asio::awaitable<Outcome> remove_cron(ColonyMember& member, const Request& request)
{
    return none(colony_work::remove_cron(member, text(request, 0)));
}

// (options, tasks)
asio::awaitable<Outcome> add_generator(ColonyMember& member, const Request& request)
{
    const Value& given = request.arg(0);
    auto timeout = duration_option(given, "timeout");
    auto tasks = tasks_at(request, 1);
    if (!timeout)
        return failed(timeout.error());
    if (!tasks)
        return failed(tasks.error());
    colony_work::NewGenerator generator;
    generator.name = text_option(given, "name");
    generator.trigger = whole_option(given, "trigger").value_or(0);
    generator.timeout = *timeout;
    generator.tasks = std::move(*tasks);
    return one(colony_work::add_generator(member, std::move(generator)));
}

asio::awaitable<Outcome> list_generators(ColonyMember& member, const Request&)
{
    return one(colony_work::list_generators(member));
}

asio::awaitable<Outcome> get_generator(ColonyMember& member, const Request& request)
{
    return one(colony_work::get_generator(member, text(request, 0)));
}

asio::awaitable<Outcome> pack(ColonyMember& member, const Request& request)
{
    return none(colony_work::pack(member, text(request, 0), text(request, 1)));
}

asio::awaitable<Outcome> remove_generator(ColonyMember& member, const Request& request)
{
    return none(colony_work::remove_generator(member, text(request, 0)));
}

constexpr const char* workflow_stub = R"({"id":"","state":"succeeded","processes":[],"roots":[],"tasks":[]})";
constexpr const char* cron_stub = R"({"id":"","name":"","cron":"","after_last":false,"random":false,"tasks":[]})";
constexpr const char* generator_stub = R"({"id":"","name":"","trigger":1,"queued":0,"tasks":[]})";

constexpr Binding bindings[] = {
    {"colony_submit_workflow", Outside{asked<submit_workflow>, "colony.workflows.submit"}, workflow_stub},
    {"colony_run_workflow", Outside{asked<run_workflow>, "colony.workflows.run"}, "{}"},
    {"colony_wait_for_workflow", Outside{asked<wait_for_workflow>, "colony.workflows.wait"}, "{}"},
    {"colony_get_workflow", Outside{asked<get_workflow>, "colony.workflows.get"}, workflow_stub},
    {"colony_cancel_workflow", Outside{asked<cancel_workflow>, "colony.workflows.cancel"}},
    {"colony_list_workflows", Outside{asked<list_workflows>, "colony.workflows.list"}, "[]"},
    {"colony_add_cron", Outside{asked<add_cron>, "colony.crons.add"}, cron_stub},
    {"colony_list_crons", Outside{asked<list_crons>, "colony.crons.list"}, "[]"},
    {"colony_get_cron", Outside{asked<get_cron>, "colony.crons.get"}, cron_stub},
    {"colony_run_cron", Outside{asked<run_cron>, "colony.crons.run"}, cron_stub},
    {"colony_remove_cron", Outside{asked<remove_cron>, "colony.crons.remove"}},
    {"colony_add_generator", Outside{asked<add_generator>, "colony.generators.add"}, generator_stub},
    {"colony_list_generators", Outside{asked<list_generators>, "colony.generators.list"}, "[]"},
    {"colony_get_generator", Outside{asked<get_generator>, "colony.generators.get"}, generator_stub},
    {"colony_pack", Outside{asked<pack>, "colony.generators.pack"}},
    {"colony_remove_generator", Outside{asked<remove_generator>, "colony.generators.remove"}},
};

} // namespace

std::span<const Binding> colony_workflow_bindings()
{
    return bindings;
}

} // namespace forager::scripting
