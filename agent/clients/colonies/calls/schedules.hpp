// Calls about crons and generators: for members. Failures: see server.hpp.
#pragma once

#include "clients/colonies/client.hpp"
#include "clients/colonies/types/workflow.hpp"

#include <string>
#include <vector>

namespace forager::colonies {

/// Its next and last run are nothing in the reply.
boost::asio::awaitable<Result<Cron>> add_cron(Caller member, Cron cron);
boost::asio::awaitable<Result<Cron>> get_cron(Caller member, std::string cron);
boost::asio::awaitable<Result<std::vector<Cron>>> get_crons(Caller member, std::string colony, std::int64_t count);
boost::asio::awaitable<Result<Cron>> run_cron(Caller member, std::string cron);
boost::asio::awaitable<Result<void>> remove_cron(Caller member, std::string cron);

boost::asio::awaitable<Result<Generator>> add_generator(Caller member, Generator generator);
boost::asio::awaitable<Result<Generator>> get_generator(Caller member, std::string generator);
boost::asio::awaitable<Result<Generator>> find_generator(Caller member, std::string colony, std::string name);
boost::asio::awaitable<Result<std::vector<Generator>>> get_generators(Caller member, std::string colony,
                                                                      std::int64_t count);
boost::asio::awaitable<Result<void>> pack_generator(Caller member, std::string generator, std::string argument);
boost::asio::awaitable<Result<void>> remove_generator(Caller member, std::string generator);

} // namespace forager::colonies
