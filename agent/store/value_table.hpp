// The key-value store of scripts. Part of the store; lives on the strand.
#pragma once

#include "ports/key_values.hpp"
#include "store/writer.hpp"

namespace forager::store {

class ValueTable final : public KeyValues {
public:
    /// `writer` must outlive it.
    explicit ValueTable(Writer& writer) : writer_{writer} {}

    boost::asio::awaitable<Result<std::optional<Value>>> get(std::string space, std::string key) override;
    boost::asio::awaitable<Result<void>> set(std::string space, std::string key, Value value) override;
    boost::asio::awaitable<Result<bool>> remove(std::string space, std::string key) override;
    boost::asio::awaitable<Result<std::vector<std::string>>> keys(std::string space, std::string prefix) override;

private:
    Writer& writer_;
};

} // namespace forager::store
