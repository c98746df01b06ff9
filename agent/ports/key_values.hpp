// Values by key that outlive the script which set them: one namespace for each script.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <vector>

namespace forager {

class KeyValues {
public:
    virtual ~KeyValues() = default;

    virtual boost::asio::awaitable<Result<std::optional<Value>>> get(std::string space, std::string key) = 0;

    /// Safe when it returns.
    virtual boost::asio::awaitable<Result<void>> set(std::string space, std::string key, Value value) = 0;

    /// Gives whether there was one.
    virtual boost::asio::awaitable<Result<bool>> remove(std::string space, std::string key) = 0;

    /// The keys that begin with `prefix`, sorted.
    virtual boost::asio::awaitable<Result<std::vector<std::string>>> keys(std::string space, std::string prefix) = 0;
};

} // namespace forager
