// What the calls are made of: an object goes out, a record, a list of them or nothing comes back. Included by the
// sources of calls/ only.
#pragma once

#include "clients/colonies/client.hpp"
#include "clients/colonies/record.hpp"

#include <string>
#include <utility>
#include <vector>

namespace forager::colonies {

/// The reply as a record.
template <class Record> boost::asio::awaitable<Result<Record>> ask(Caller caller, std::string call, Object payload)
{
    auto reply = co_await caller.client->call(std::move(call), std::move(payload), caller.key);
    if (reply.has_error())
        co_return std::move(reply).error();
    co_return read<Record>(*reply);
}

/// The reply as a list of records; null is an empty one. One that cannot be read is left out, and the client says so.
template <class Record>
boost::asio::awaitable<Result<std::vector<Record>>> ask_list(Caller caller, std::string call, Object payload)
{
    auto reply = co_await caller.client->call(call, std::move(payload), caller.key);
    if (reply.has_error())
        co_return std::move(reply).error();
    const auto* items = reply->template get<Array>();
    if (items == nullptr)
        co_return read_list<Record>(*reply);
    std::vector<Record> records;
    records.reserve(items->size());
    for (const Value& item : *items)
        if (auto record = read<Record>(item))
            records.push_back(std::move(*record));
        else
            caller.client->left_out(call, item, record.error());
    co_return records;
}

/// The same where each record counts by its place: one that cannot be read is the failure of all.
template <class Record>
boost::asio::awaitable<Result<std::vector<Record>>> ask_row(Caller caller, std::string call, Object payload)
{
    auto reply = co_await caller.client->call(std::move(call), std::move(payload), caller.key);
    if (reply.has_error())
        co_return std::move(reply).error();
    co_return read_list<Record>(*reply);
}

/// What the reply says beside "done" is nobody's business.
inline boost::asio::awaitable<Result<void>> tell(Caller caller, std::string call, Object payload)
{
    auto reply = co_await caller.client->call(std::move(call), std::move(payload), caller.key);
    if (reply.has_error())
        co_return std::move(reply).error();
    co_return Result<void>{};
}

} // namespace forager::colonies
