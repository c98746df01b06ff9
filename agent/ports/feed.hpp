// What happens somewhere, one event after another, for whoever reads it.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"

#include <boost/asio/awaitable.hpp>

namespace forager {

class Feed {
public:
    virtual ~Feed() = default;

    /// The next event. Waits without limit. A failure is its end.
    virtual boost::asio::awaitable<Result<Object>> next() = 0;
};

} // namespace forager
