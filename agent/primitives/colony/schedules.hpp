// Crons and generators of a colony: what submits a workflow by itself. Values in and out; the failures are those of
// processes.hpp. Each may be named by its id or by its name. Facts: Colonies v1.9.12.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"
#include "primitives/colony/member.hpp"
#include "primitives/colony/specification.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace forager::colony_work {

struct NewCron {
    std::string name;              ///< once in a colony
    std::string expression;        ///< five fields, or six with seconds first, in the server's time zone; or else
    std::optional<Duration> every; ///< whole seconds
    bool after_last = false;       ///< a run waits for the end of the last one
    bool random = false;
    std::vector<ColonyCall> tasks;

    NewCron() = default;
};

/// The cron as a table; its next run is not known yet. Failures: bad_arguments.
boost::asio::awaitable<Result<Object>> add_cron(ColonyMember& member, NewCron cron);
boost::asio::awaitable<Result<Array>> list_crons(ColonyMember& member);
boost::asio::awaitable<Result<Object>> get_cron(ColonyMember& member, std::string cron);
/// Runs it once more, now.
boost::asio::awaitable<Result<Object>> run_cron(ColonyMember& member, std::string cron);
boost::asio::awaitable<Result<void>> remove_cron(ColonyMember& member, std::string cron);

struct NewGenerator {
    std::string name;
    std::int64_t trigger = 0;        ///< so many packed texts make a run
    std::optional<Duration> timeout; ///< fewer do after this; none: never
    std::vector<ColonyCall> tasks;   ///< the roots get the packed texts as arguments, instead of their own

    NewGenerator() = default;
};

/// Failures: bad_arguments.
boost::asio::awaitable<Result<Object>> add_generator(ColonyMember& member, NewGenerator generator);
boost::asio::awaitable<Result<Array>> list_generators(ColonyMember& member);
boost::asio::awaitable<Result<Object>> get_generator(ColonyMember& member, std::string generator);
boost::asio::awaitable<Result<void>> pack(ColonyMember& member, std::string generator, std::string text);
boost::asio::awaitable<Result<void>> remove_generator(ColonyMember& member, std::string generator);

} // namespace forager::colony_work
