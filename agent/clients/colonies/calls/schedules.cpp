#include "clients/colonies/calls/schedules.hpp"

#include "clients/colonies/calls/ask.hpp"

namespace forager::colonies {

namespace asio = boost::asio;

asio::awaitable<Result<Cron>> add_cron(Caller member, Cron cron)
{
    return ask<Cron>(std::move(member), "addcronmsg", {{"cron", to_object(cron)}});
}

asio::awaitable<Result<Cron>> get_cron(Caller member, std::string cron)
{
    return ask<Cron>(std::move(member), "getcronmsg", {{"cronid", std::move(cron)}});
}

asio::awaitable<Result<std::vector<Cron>>> get_crons(Caller member, std::string colony, std::int64_t count)
{
    return ask_list<Cron>(std::move(member), "getcronsmsg", {{"colonyname", std::move(colony)}, {"count", count}});
}

asio::awaitable<Result<Cron>> run_cron(Caller member, std::string cron)
{
    return ask<Cron>(std::move(member), "runcronmsg", {{"cronid", std::move(cron)}});
}

asio::awaitable<Result<void>> remove_cron(Caller member, std::string cron)
{
    return tell(std::move(member), "removecronmsg", {{"cronid", std::move(cron)}, {"all", false}});
}

asio::awaitable<Result<Generator>> add_generator(Caller member, Generator generator)
{
    return ask<Generator>(std::move(member), "addgeneratormsg", {{"generator", to_object(generator)}});
}

asio::awaitable<Result<Generator>> get_generator(Caller member, std::string generator)
{
    return ask<Generator>(std::move(member), "getgeneratormsg", {{"generatorid", std::move(generator)}});
}

asio::awaitable<Result<Generator>> find_generator(Caller member, std::string colony, std::string name)
{
    return ask<Generator>(std::move(member), "resolvegeneratormsg",
                          {{"colonyname", std::move(colony)}, {"generatorname", std::move(name)}});
}

asio::awaitable<Result<std::vector<Generator>>> get_generators(Caller member, std::string colony, std::int64_t count)
{
    return ask_list<Generator>(std::move(member), "getgeneratorsmsg",
                               {{"colonyname", std::move(colony)}, {"count", count}});
}

asio::awaitable<Result<void>> pack_generator(Caller member, std::string generator, std::string argument)
{
    return tell(std::move(member), "packgeneratormsg",
                {{"generatorid", std::move(generator)}, {"arg", std::move(argument)}});
}

asio::awaitable<Result<void>> remove_generator(Caller member, std::string generator)
{
    return tell(std::move(member), "removegeneratormsg", {{"generatorid", std::move(generator)}, {"all", false}});
}

} // namespace forager::colonies
