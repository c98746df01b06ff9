#include "primitives/colony/schedules.hpp"

#include "base/text.hpp"
#include "clients/colonies/calls/schedules.hpp"
#include "primitives/colony/tables.hpp"
#include "primitives/colony/workflows.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace forager::colony_work {

namespace asio = boost::asio;
using colonies::Cron;
using colonies::Generator;

namespace {

constexpr std::int64_t most = 1'000; // of a list

// As the server makes them: 64 hexadecimal digits.
bool is_id(std::string_view text)
{
    return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

Failure bad(std::string message)
{
    return {Errc::bad_arguments, std::move(message)};
}

std::int64_t seconds_of(Duration duration)
{
    return std::chrono::ceil<std::chrono::seconds>(duration).count();
}

// The server wants seconds in front.
Result<std::string> six_fields(const std::string& expression)
{
    std::size_t fields = 0;
    for (const std::string_view field : split(expression, ' '))
        fields += field.empty() ? 0 : 1;
    if (fields == 5)
        return "0 " + expression;
    if (fields == 6)
        return expression;
    return bad("'cron' must have five fields (minute, hour, day, month, weekday), or six with the second first");
}

Result<Cron> record_of(NewCron given, const std::string& colony)
{
    if (given.name.empty())
        return bad("a cron needs a name");
    if (given.expression.empty() == !given.every)
        return bad("a cron takes one of 'cron' and 'every'");
    if (given.every && *given.every <= Duration::zero())
        return bad("'every' must be longer than nothing");
    auto workflow = workflow_of(std::move(given.tasks), colony);
    if (!workflow)
        return workflow.error();
    Cron cron;
    if (given.every) {
        cron.interval = seconds_of(*given.every);
    } else {
        auto expression = six_fields(given.expression);
        if (!expression)
            return expression.error();
        cron.expression = std::move(*expression);
    }
    cron.colony = colony;
    cron.name = std::move(given.name);
    cron.random = given.random;
    cron.waits_for_last = given.after_last;
    cron.workflow = std::move(*workflow);
    return cron;
}

Result<Generator> record_of(NewGenerator given, const std::string& colony)
{
    if (given.name.empty())
        return bad("a generator needs a name");
    if (given.trigger < 1)
        return bad("'trigger' must be 1 or more: so many packed texts make a run");
    if (given.timeout && *given.timeout <= Duration::zero())
        return bad("'timeout' must be longer than nothing");
    auto workflow = workflow_of(std::move(given.tasks), colony);
    if (!workflow)
        return workflow.error();
    Generator generator;
    generator.colony = colony;
    generator.name = std::move(given.name);
    generator.trigger = given.trigger;
    generator.timeout = given.timeout ? seconds_of(*given.timeout) : -1;
    generator.workflow = std::move(*workflow);
    return generator;
}

// The server finds generators by their names, and crons by their ids only.
asio::awaitable<Result<std::string>> id_of_cron(ColonyMember& member, std::string cron)
{
    if (is_id(cron))
        co_return cron;
    auto crons = co_await colonies::get_crons(member.caller(), member.colony(), most);
    if (crons.has_error())
        co_return crons.error();
    const auto found = std::ranges::find(*crons, cron, &Cron::name);
    if (found == crons->end())
        co_return Failure{Errc::not_found, "the colony has no cron '" + tail(printable(cron), 80) + "'"};
    co_return found->id;
}

asio::awaitable<Result<std::string>> id_of_generator(ColonyMember& member, std::string generator)
{
    if (is_id(generator))
        co_return generator;
    auto found = co_await colonies::find_generator(member.caller(), member.colony(), std::move(generator));
    if (found.has_error())
        co_return found.error();
    co_return found->id;
}

// What is done alike with crons and with generators.
template <class Record> struct Kind {
    asio::awaitable<Result<std::string>> (*id_of)(ColonyMember& member, std::string named);
    asio::awaitable<Result<Record>> (*add)(colonies::Caller member, Record record);
    asio::awaitable<Result<Record>> (*get)(colonies::Caller member, std::string id);
    asio::awaitable<Result<std::vector<Record>>> (*list)(colonies::Caller member, std::string colony,
                                                         std::int64_t count);
    asio::awaitable<Result<void>> (*remove)(colonies::Caller member, std::string id);
    Object (*table)(const Record& record);
};

constexpr Kind<Cron> crons{id_of_cron,          colonies::add_cron,    colonies::get_cron,
                           colonies::get_crons, colonies::remove_cron, cron_table};
constexpr Kind<Generator> generators{id_of_generator,          colonies::add_generator,    colonies::get_generator,
                                     colonies::get_generators, colonies::remove_generator, generator_table};

template <class Record>
asio::awaitable<Result<Object>> add(ColonyMember& member, Result<Record> record, Kind<Record> kind)
{
    if (!record)
        co_return record.error();
    const auto added = co_await kind.add(member.caller(), std::move(*record));
    co_return added ? Result<Object>{kind.table(*added)} : added.error();
}

template <class Record> asio::awaitable<Result<Array>> list(ColonyMember& member, Kind<Record> kind)
{
    const auto records = co_await kind.list(member.caller(), member.colony(), most);
    if (!records)
        co_return records.error();
    Array tables;
    for (const Record& record : *records)
        tables.emplace_back(kind.table(record));
    co_return tables;
}

// What `call` gives of the one that is named.
template <class Record>
asio::awaitable<Result<Object>> shown(ColonyMember& member, std::string named, Kind<Record> kind,
                                      decltype(Kind<Record>::get) call)
{
    auto id = co_await kind.id_of(member, std::move(named));
    if (!id)
        co_return id.error();
    const auto record = co_await call(member.caller(), std::move(*id));
    co_return record ? Result<Object>{kind.table(*record)} : record.error();
}

template <class Record> asio::awaitable<Result<void>> remove(ColonyMember& member, std::string named, Kind<Record> kind)
{
    auto id = co_await kind.id_of(member, std::move(named));
    if (!id)
        co_return id.error();
    co_return co_await kind.remove(member.caller(), std::move(*id));
}

} // namespace

asio::awaitable<Result<Object>> add_cron(ColonyMember& member, NewCron cron)
{
    return add(member, record_of(std::move(cron), member.colony()), crons);
}

asio::awaitable<Result<Array>> list_crons(ColonyMember& member)
{
    return list(member, crons);
}

asio::awaitable<Result<Object>> get_cron(ColonyMember& member, std::string cron)
{
    return shown(member, std::move(cron), crons, crons.get);
}

asio::awaitable<Result<Object>> run_cron(ColonyMember& member, std::string cron)
{
    return shown(member, std::move(cron), crons, colonies::run_cron);
}

asio::awaitable<Result<void>> remove_cron(ColonyMember& member, std::string cron)
{
    return remove(member, std::move(cron), crons);
}

asio::awaitable<Result<Object>> add_generator(ColonyMember& member, NewGenerator generator)
{
    return add(member, record_of(std::move(generator), member.colony()), generators);
}

asio::awaitable<Result<Array>> list_generators(ColonyMember& member)
{
    return list(member, generators);
}

asio::awaitable<Result<Object>> get_generator(ColonyMember& member, std::string generator)
{
    return shown(member, std::move(generator), generators, generators.get);
}

asio::awaitable<Result<void>> pack(ColonyMember& member, std::string generator, std::string text)
{
    auto id = co_await id_of_generator(member, std::move(generator));
    if (!id)
        co_return id.error();
    co_return co_await colonies::pack_generator(member.caller(), std::move(*id), std::move(text));
}

asio::awaitable<Result<void>> remove_generator(ColonyMember& member, std::string generator)
{
    return remove(member, std::move(generator), generators);
}

} // namespace forager::colony_work
